"""Customers: who asks with an access token, his addresses and orders, and all he can do to his account."""

from vetrina_storefront.customers.people import CartCustomerRow, Customer, CustomerQuery, OrderSortKeys

__all__ = ["CartCustomerRow", "Customer", "CustomerQuery", "OrderSortKeys"]
