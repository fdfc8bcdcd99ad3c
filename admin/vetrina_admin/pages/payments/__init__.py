"""The room Payments: the list, a payment, disputes, payouts, and money that waits."""
