"""Drawn things of the demo shop: each function returns SVG standing on y = 0, centred on x = 0, in picture units."""
