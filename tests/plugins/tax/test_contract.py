"""VAT as its ports promise it: the suites of the kit, with real settings and a real shop."""

from typing import Any

import pytest

from vetrina.ports import BuyerField, DestinationPrices, TaxProvider
from vetrina.testing.buyer_fields import BuyerFieldContract
from vetrina.testing.tax import DestinationPricesContract, TaxProviderContract
from vetrina_tax.asking import VatIdField
from vetrina_tax.flows import vies
from vetrina_tax.flows.vies import Verdict
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


class TestVatIdField(BuyerFieldContract):
    @pytest.fixture(autouse=True)
    def _vies(self, monkeypatch: pytest.MonkeyPatch) -> None:
        async def silent(*asked: object) -> Verdict:
            return Verdict(state="unanswered")

        monkeypatch.setattr(vies, "_ask", silent)

    right, wrong = "DE136695976", ("DE136695977", "nonsense", "x" * 300)

    def field(self) -> BuyerField:
        return VatIdField(TaxSettings(**HOME))


class TestNetPrices(DestinationPricesContract):
    def prices(self) -> DestinationPrices:
        return NetPrices(EuVat(TaxSettings(**HOME, distance_sales="always")))
