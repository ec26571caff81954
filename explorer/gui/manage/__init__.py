"""What a person changes beside the bytes: properties, tier, leases; and 'Copy as'."""
