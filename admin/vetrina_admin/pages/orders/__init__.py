"""The room Orders: the list, an order's page, and what is done there."""
