"""Inventory: locations, levels, reservations and the ledger of every movement."""
