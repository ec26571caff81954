"""What the window tells the desktop around it."""
