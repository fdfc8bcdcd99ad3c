"""The admin door: the managers' API as a plugin."""
