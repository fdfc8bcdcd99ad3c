"""The kit's own fakes pass the suites that every plugin has to pass."""

from vetrina.kernel.context import Context
from vetrina.ports import (
    Adjustment,
    Carrier,
    CodeAnswer,
    DeliveryOption,
    DeliveryProvider,
    DeliveryRequest,
    Label,
    PickupPoint,
    PriceRules,
    Quote,
    Redeemable,
    TaxProvider,
)
from vetrina.testing.carriers import ROMA, CarrierContract, FakeCarrier
from vetrina.testing.delivery import DeliveryProviderContract, FakeDelivery
from vetrina.testing.pricing import FakeCards, FakeRules, PriceRulesContract, RedeemableContract
from vetrina.testing.tax import FakeTax, TaxProviderContract


class EurosOnly(FakeDelivery):
    """The fake offers what it is told in any currency; a real provider has prices in some."""

    async def options(self, ctx: Context, request: DeliveryRequest) -> tuple[DeliveryOption, ...]:
        return await super().options(ctx, request) if request.currency == "EUR" else ()


class TestFakeDelivery(DeliveryProviderContract):
    def provider(self) -> DeliveryProvider:
        return EurosOnly(countries=["IT"])


class TestFakeCarrier(CarrierContract):
    formats = ("pdf", "zpl")

    def carrier(self) -> Carrier:
        return FakeCarrier(
            points=[
                PickupPoint(id=str(metres), name="Bar", address=ROMA, distance=metres)
                for metres in (100, 250, 900, 1_000)
            ]
        )

    def silent(self) -> Carrier:
        return FakeCarrier(delay=60)

    async def move_on(self, carrier: Carrier, label: Label) -> None:
        assert isinstance(carrier, FakeCarrier)
        carrier.move_on(label)


class TestFakeTax(TaxProviderContract):
    def provider(self) -> TaxProvider:
        return FakeTax()


class TestFakeRules(PriceRulesContract):
    known_code = "TEN"

    def rules(self) -> PriceRules:
        return FakeRules(_a_tenth_and_free_delivery, codes=[CodeAnswer(code="TEN", is_applicable=True)])


class TestFakeCards(RedeemableContract):
    async def source(self, ctx: Context) -> Redeemable:
        return FakeCards({self.code: self.balance})


def _a_tenth_and_free_delivery(quote: Quote) -> tuple[Adjustment, ...]:
    return (
        Adjustment(source="test", title="Ten", amount=quote.subtotal // 10, percentage=100_000, code="TEN"),
        Adjustment(source="test", title="Free", amount=quote.delivery, fixed=quote.delivery, target="delivery"),
    )
