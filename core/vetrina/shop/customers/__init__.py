"""Customers: people who bought, guest first."""
