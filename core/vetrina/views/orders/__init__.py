"""Orders as placed and as they stand now, with parcels, refunds and returns."""
