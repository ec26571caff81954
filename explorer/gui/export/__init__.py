"""Listings written to files, and the way from a found blob to its folder."""
