"""What people do with promotions and gift cards; what follows from orders."""
