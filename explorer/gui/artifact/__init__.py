"""Artifacts of AzureML: uploaded once under the hash of what is in them, and fetched again."""
