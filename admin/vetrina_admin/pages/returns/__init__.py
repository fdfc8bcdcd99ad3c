"""The room Returns."""
