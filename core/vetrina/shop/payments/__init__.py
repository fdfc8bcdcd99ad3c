"""Payments: one state machine for all providers, and the money they report."""
