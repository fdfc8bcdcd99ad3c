"""The cart of the storefront: its types, its lines and costs, and everything that changes it."""
