"""Pure rules: where a place is taxed, at which rate on which day, by which scheme, and the amounts."""
