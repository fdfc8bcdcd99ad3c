"""The columns of a Shopify product CSV, in the older and the newer wording of its export."""

import re
from collections.abc import Mapping
from types import MappingProxyType

from vetrina_importers.tables import folded

# The newer export says the same things in other words; everything below reads the older ones.
NEWER_WORDS: Mapping[str, str] = MappingProxyType(
    {
        "url handle": "handle",
        "description": "body (html)",
        "published on online store": "published",
        "sku": "variant sku",
        "barcode": "variant barcode",
        "price": "variant price",
        "compare-at price": "variant compare at price",
        "charge tax": "variant taxable",
        "inventory tracker": "variant inventory tracker",
        "inventory quantity": "variant inventory qty",
        "continue selling when out of stock": "variant inventory policy",
        "weight value (grams)": "variant grams",
        "requires shipping": "variant requires shipping",
        "product image url": "image src",
        "variant image url": "variant image",
        "custom product type": "type",
        "standard product type": "product category",
    }
)
REQUIRED = frozenset({"handle", "title"})
TELLTALE = frozenset({"body (html)", "option1 value", "variant sku", "variant price", "image src"})
# A row with one of these filled describes a variant; one without is a further picture.
OF_A_VARIANT = (
    "option1 value",
    "option2 value",
    "option3 value",
    "variant sku",
    "variant price",
    "variant barcode",
    "variant grams",
    "variant inventory qty",
)
METAFIELD = re.compile(r"\(product\.metafields\.([^.()\s]+)\.([^()\s]+)\)\Z")
# 8.00123E+12 is what is left of a barcode opened as a number.
SHORTENED = re.compile(r"[0-9]{1,3}[.,][0-9]{1,10}E\+[0-9]{1,3}", re.IGNORECASE)
OPTION = re.compile(r"option([0-9]{1,2}) (?:name|value)")


def renamed(header: str) -> str:
    """The older wording in lower case; a metafield's column keeps its letters, since its key may need them."""
    if METAFIELD.search(header):
        return header
    name = folded(header)
    return NEWER_WORDS.get(name, name)
