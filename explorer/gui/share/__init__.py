"""Giving others access: the dialog that makes and tries a SAS."""
