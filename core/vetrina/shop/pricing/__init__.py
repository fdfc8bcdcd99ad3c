"""Pricing: price lists, the append-only price log, and the Quote that explains itself."""
