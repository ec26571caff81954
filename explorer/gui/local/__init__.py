"""The folders of this computer, beside those of the storage."""
