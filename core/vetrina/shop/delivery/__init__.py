"""Delivery: which ways a cart can travel."""
