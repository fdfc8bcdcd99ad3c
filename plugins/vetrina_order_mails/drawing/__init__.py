"""A mail as people see it: what it shows, as values, drawn once as HTML and once as text."""
