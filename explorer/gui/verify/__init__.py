"""A place held against the manifest of a run of a mirror."""
