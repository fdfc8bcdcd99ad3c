"""Accounts: how front ends let customers sign in, and what they may ask for them."""
