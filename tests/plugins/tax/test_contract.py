"""VAT as its ports promise it: the suites of the kit, with real settings and a real shop."""

from typing import Any

import pytest

from vetrina.ports import DestinationPrices, TaxProvider
from vetrina.testing.tax import DestinationPricesContract, TaxProviderContract
from vetrina_tax.provider import EuVat, NetPrices
from vetrina_tax.settings import TaxSettings

pytestmark = pytest.mark.embedded
HOME: dict[str, Any] = {"ships_from": "IT"}


@pytest.fixture
def plugins() -> list[str]:
    return ["tax"]


class TestEuVat(TaxProviderContract):
    settings: dict[str, Any] = HOME

    def provider(self) -> TaxProvider:
        return EuVat(TaxSettings(**self.settings))


class TestByOrder(TestEuVat):
    settings = {**HOME, "rounding": "order", "delivery": "main"}


class TestNetPrices(DestinationPricesContract):
    def prices(self) -> DestinationPrices:
        return NetPrices(EuVat(TaxSettings(**HOME, distance_sales="always")))
