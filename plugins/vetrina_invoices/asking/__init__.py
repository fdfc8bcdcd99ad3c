"""The page on which the buyer of an order asks for its invoice: found by the order's link, in his language."""
