"""Quayside: a desktop explorer and command line for Azure Blob Storage and Data Lake Gen2."""

__version__ = "0.1.0"
