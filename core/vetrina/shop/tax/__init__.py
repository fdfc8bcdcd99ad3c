"""Tax: who answers what tax is due on a quote, and the last good answers."""
