"""What a request costs at least: the same statements and the same bytes, written by hand on the raw drivers."""
