"""What is in a blob, told from a few ranges of it: one reader for each format, no Qt."""
