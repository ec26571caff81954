"""Icons, themes and texts that ship with the program; read through explorer.base.resources."""
