"""Goods that leave and come back: what is packed, sent and tracked, and what returns to the shelf."""
