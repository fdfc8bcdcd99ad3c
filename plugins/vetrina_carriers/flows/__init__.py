"""What can be done: keep accounts, buy labels once, print and give them back, follow parcels, close a carrier's day."""
