"""Sales: what who bought what says of products."""
