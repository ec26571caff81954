"""Watched folders in the window: begun, looked at, stopped, and gone on with at the next start."""
