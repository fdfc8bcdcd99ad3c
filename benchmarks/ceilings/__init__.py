"""What the same page costs elsewhere: this schema on the stock executor, and an ordinary application on an ORM."""
