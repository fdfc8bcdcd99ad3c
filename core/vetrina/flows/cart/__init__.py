"""What a buyer does to a cart before it is paid: lines, addresses, delivery, codes, how to pay."""
