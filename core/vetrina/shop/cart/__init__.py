"""Cart: what a buyer is about to order, and everything he chose on the way."""
