"""What tests share: a server of PostgreSQL, a shop in memory, factories."""
