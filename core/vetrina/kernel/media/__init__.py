"""Media files: told by their content, cleaned, measured, made smaller; the addresses that ask for it."""
