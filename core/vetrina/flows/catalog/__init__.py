"""Everything the staff do to the catalogue: products, variants, collections."""

from vetrina.flows.catalog.inputs import NewProduct, NewVariant
from vetrina.flows.catalog.products import create_product
from vetrina.flows.prices import NewPrice
from vetrina.shop.catalog.rules import HandleTaken, ImageSheet, OptionSheet, Text, ValueSheet
from vetrina.shop.catalog.service import Created
from vetrina.shop.metafields.rules import Entry

__all__ = [
    "Created",
    "Entry",
    "HandleTaken",
    "ImageSheet",
    "NewPrice",
    "NewProduct",
    "NewVariant",
    "OptionSheet",
    "Text",
    "ValueSheet",
    "create_product",
]
