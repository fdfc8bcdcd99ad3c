"""Orders: what was sold, numbered without gaps, with its ledger of goods."""
