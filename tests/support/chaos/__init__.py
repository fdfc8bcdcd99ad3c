"""What the chaos suite is made of: points to die at, processes that die, ledgers to judge by, bugs to plant."""
