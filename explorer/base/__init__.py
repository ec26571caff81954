"""What every layer may use: errors, paths, redaction, settings, units. Standard library only."""
