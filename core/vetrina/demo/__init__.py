"""The demo shop Bottega Vetrina: its shelves, its collections and the pictures that go with them."""
