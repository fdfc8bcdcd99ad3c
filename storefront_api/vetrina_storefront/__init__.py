"""The storefront door: the public Storefront API as a plugin."""
