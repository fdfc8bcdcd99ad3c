"""Flows: tell of what happened, change words, switch mails, send tests."""
