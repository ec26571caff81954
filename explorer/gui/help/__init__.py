"""The help in the window: its pages, a search over them, and F1."""
