"""Catalogue importers: one reader per system a shop may move from."""

from vetrina.plugin import Provide, hookimpl
from vetrina.ports import CatalogueFormat
from vetrina_importers.olist import OlistFolder
from vetrina_importers.saleor import SaleorFixture
from vetrina_importers.shopify import ShopifyCsv
from vetrina_importers.spree import SpreeCsv
from vetrina_importers.vendure import VendureCsv


@hookimpl
def register_ports() -> list[Provide]:
    return [
        Provide(CatalogueFormat, "shopify", ShopifyCsv()),
        Provide(CatalogueFormat, "vendure", VendureCsv()),
        Provide(CatalogueFormat, "spree", SpreeCsv()),
        Provide(CatalogueFormat, "saleor", SaleorFixture()),
        Provide(CatalogueFormat, "olist", OlistFolder()),
    ]
