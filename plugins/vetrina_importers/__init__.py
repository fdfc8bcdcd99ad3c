"""Importers: one reader per system a shop may move from, for its catalogue or for its past."""

from vetrina.plugin import Provide, hookimpl
from vetrina.ports import CatalogueFormat, OrderHistoryFormat
from vetrina_importers.northwind import Northwind
from vetrina_importers.olist import OlistFolder
from vetrina_importers.saleor import SaleorFixture
from vetrina_importers.shopify import ShopifyCsv
from vetrina_importers.spree import SpreeCsv
from vetrina_importers.uci import OnlineRetail
from vetrina_importers.vendure import VendureCsv


@hookimpl
def register_ports() -> list[Provide]:
    return [
        Provide(CatalogueFormat, "shopify", ShopifyCsv()),
        Provide(CatalogueFormat, "vendure", VendureCsv()),
        Provide(CatalogueFormat, "spree", SpreeCsv()),
        Provide(CatalogueFormat, "saleor", SaleorFixture()),
        Provide(CatalogueFormat, "olist", OlistFolder()),
        Provide(OrderHistoryFormat, "uci", OnlineRetail()),
        Provide(OrderHistoryFormat, "northwind", Northwind()),
    ]
