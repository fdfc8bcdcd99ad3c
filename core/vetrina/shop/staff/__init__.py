"""Staff: people and programs that run the shop, what they may do, what they did."""
