"""The snapshot of a cart, what is held for it, and the order that is made of it."""
