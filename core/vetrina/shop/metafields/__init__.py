"""Metafields: typed extra values on any noun."""
