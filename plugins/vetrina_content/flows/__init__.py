"""What can be done: write and publish entries, translate them, keep authors, comments, menus and policies."""
