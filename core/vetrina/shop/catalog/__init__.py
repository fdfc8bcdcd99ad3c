"""Catalog: products, options, variants, collections, media, metafields, translations."""
