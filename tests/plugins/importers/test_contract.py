"""Every reader whose source is small enough to be read a few times passes the suite of its port."""

from collections.abc import Sequence
from pathlib import Path

from tests.plugins.importers.reading import SAMPLES, data_set

from vetrina.ports import CatalogueFormat, OrderHistoryFormat
from vetrina.testing.formats import CatalogueFormatContract, OrderHistoryFormatContract
from vetrina_importers.northwind import Northwind
from vetrina_importers.saleor import SaleorFixture
from vetrina_importers.shopify import ShopifyCsv
from vetrina_importers.spree import SpreeCsv
from vetrina_importers.vendure import VendureCsv


class TestShopify(CatalogueFormatContract):
    def sample(self) -> Path:
        return SAMPLES / "shopify_export.csv"

    def reader(self) -> CatalogueFormat:
        return ShopifyCsv()


class TestVendure(CatalogueFormatContract):
    def sample(self) -> Path:
        return data_set("vendure_catalogue")

    def reader(self) -> CatalogueFormat:
        return VendureCsv()


class TestSpree(CatalogueFormatContract):
    def sample(self) -> Path:
        return data_set("spree_catalogue")

    def reader(self) -> CatalogueFormat:
        return SpreeCsv()


class TestSaleor(CatalogueFormatContract):
    def sample(self) -> Path:
        return data_set("saleor_catalogue")

    def reader(self) -> CatalogueFormat:
        return SaleorFixture()


class TestNorthwind(OrderHistoryFormatContract):
    def sample(self) -> Sequence[Path]:
        return [data_set("northwind")]

    def reader(self) -> OrderHistoryFormat:
        return Northwind()
