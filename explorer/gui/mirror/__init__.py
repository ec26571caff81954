"""Mirroring in the window: what would be done, looked at before it is."""
