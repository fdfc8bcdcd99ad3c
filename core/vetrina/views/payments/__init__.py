"""Money of orders: payments, what waits for somebody, disputes, payouts, and whether it all adds up."""
