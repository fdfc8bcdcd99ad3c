"""Customers: sign up and confirm it, sign in and out, recover, change oneself and one's addresses."""

from vetrina.flows.customers.joining import join_proven

__all__ = ["join_proven"]
