"""The storefront door: the public Storefront API over GraphQL, and the plain pages behind its links."""
