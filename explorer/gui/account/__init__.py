"""Containers and the account: made, opened to others, and set, in dialogs."""
