"""The room Products: the list, a product's page, its bundles and media."""
