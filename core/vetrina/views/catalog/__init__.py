"""What is on sale: products, variants, collections and prices, as buyers and as the staff see them."""
