"""The transfer queue in the window: jobs, their files, conflicts, and how a transfer starts."""
