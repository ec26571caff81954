"""What is copied, cut or dragged in one place and put down in another."""
