"""What becomes of orders after the sale: cancelled, refunded, amended, sent back, and reckoned anew."""
