"""Mounting Azure Files: what is to be done, to be copied."""
