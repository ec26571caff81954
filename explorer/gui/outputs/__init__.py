"""The outputs of jobs: runs of a folder, and folders sent as one archive."""
