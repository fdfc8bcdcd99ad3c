"""Money that moves: what providers report, what the staff asks of them, disputes and payouts."""
