"""TaxonomyCategory: the contract's type; the core keeps no taxonomy, so nothing leads to a category."""

import strawberry

from vetrina_storefront.interfaces import Node


@strawberry.type(description="A place in a taxonomy of products.")
class TaxonomyCategory(Node):
    ancestors: list["TaxonomyCategory"]
    name: str
