"""Corrections: what was taken off sales on a day of its own."""
