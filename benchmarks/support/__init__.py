"""What the benchmarks share: the shop, the floors and ceilings, the meter, the table."""
