"""Checkout: attempts to turn a cart into an order, each decided once."""
