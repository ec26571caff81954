"""Small programs that do one piece of work with somebody else's library."""
