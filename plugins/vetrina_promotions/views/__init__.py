"""What can be seen: promotions with their codes and results, gift cards with their ledger. Never a card's code."""
