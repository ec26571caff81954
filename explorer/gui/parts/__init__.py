"""Small widgets and painters that every room of the window uses."""
