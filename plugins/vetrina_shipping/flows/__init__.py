"""What the staff does to delivery; every change gives the book its next version."""
