"""Plugins: which are switched on in this shop, and with which settings."""
