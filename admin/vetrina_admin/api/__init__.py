"""The admin GraphQL API: the same flows and views as every other door, behind bearer tokens."""
