"""Vetrina: a plugin-based, headless commerce platform."""

__version__ = "1.0.0"
