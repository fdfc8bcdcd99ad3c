"""Pure rules: what an order stands at, what a document says, mentions by date, numbers, and fiscal codes."""
