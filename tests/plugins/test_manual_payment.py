"""Bank transfer and cash on delivery: the contract, the settings, and orders that wait for money."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import pytest
from msgspec.structs import replace
from pydantic import ValidationError
from tests.support import shops
from tests.support.checkouts import Books, Desk, books, cart_to_pay, check_ledgers, events, open_desk, submitted

from vetrina.flows.checkout.completing import NotAccepted, submit
from vetrina.flows.orders.whole import cancel_order, mark_as_paid
from vetrina.flows.upkeep import lapse_orders
from vetrina.kernel.registry import Provided
from vetrina.ports import OfferRequest, PaymentProvider, StartRequest
from vetrina.shop.orders.rules import OrderIsCancelled, OrderIsPaid
from vetrina.testing.payment_contract import PaymentProviderContract
from vetrina.views.payments.standing import payments_of_orders
from vetrina_manual_payment.provider import ManualPayment
from vetrina_manual_payment.settings import ManualPaymentSettings

IBAN = "IT60 X054 2811 1010 0000 0123 456"
SETTINGS = ManualPaymentSettings.model_validate(
    {"iban": IBAN, "account_holder": "Bottega Rossi srl", "cash_fees": {"EUR": "3.50"}, "cash_limits": {"EUR": "500"}}
)
TRANSFER = "manual_payment:bank-transfer"
CASH = "manual_payment:cash-on-delivery"


class TestContract(PaymentProviderContract):
    """The suite every provider passes."""

    offer = OfferRequest(
        country="IT", currency="EUR", amount=12_345, language="it", delivery_handles=("flat:standard",)
    )

    @pytest.fixture
    def provider(self) -> PaymentProvider:
        return ManualPayment(SETTINGS)


@pytest.fixture
async def desk(database_url: str, clock: shops.StillClock) -> AsyncIterator[Desk]:
    manual = Provided(PaymentProvider, "manual_payment", "manual_payment", ManualPayment(SETTINGS))
    opened = await open_desk(database_url, clock, manual)
    yield opened
    await opened.ctx.db.close()


async def test_cash_on_delivery_is_a_pending_order_whose_goods_have_left_the_shelf(desk: Desk) -> None:
    view = await submitted(desk, await cart_to_pay(desk, CASH, None))
    assert view.state == "succeeded"
    assert await books(desk) == Books(((1001, "placed", "PENDING"),), (("pending", 0, 0, 0),), (), 9, 0)
    (payment,) = await payments_of_orders(desk.ctx.db, [view.order_id or 0])
    assert (payment.amount, payment.fee) == (1_850, 350)
    assert payment.instructions == [{"key": "To pay on delivery", "value": "€18.50"}]
    await mark_as_paid(desk.ctx, view.order_id or 0, "till 3")
    assert (await books(desk)).orders == ((1001, "placed", "PAID"),)
    assert await events(desk) == ["OrderPlaced", "OrderPaid", "PaymentCaptured"]
    await check_ledgers(desk)


async def test_a_bank_transfer_reserves_its_goods_until_it_arrives(desk: Desk) -> None:
    view = await submitted(desk, await cart_to_pay(desk, TRANSFER, None))
    assert await books(desk) == Books(((1001, "placed", "PENDING"),), (("pending", 0, 0, 0),), (1,), 10, 1)
    (payment,) = await payments_of_orders(desk.ctx.db, [view.order_id or 0])
    assert payment.instructions == [
        {"key": "Account holder", "value": "Bottega Rossi srl"},
        {"key": "IBAN", "value": IBAN},
        {"key": "Amount", "value": "€15.00"},
        {"key": "Reference", "value": "Order #1001"},
        {"key": "Due by", "value": "March 21, 2026"},
    ]
    desk.clock.move(days=6)
    assert await lapse_orders(desk.ctx) == 0
    await mark_as_paid(desk.ctx, view.order_id or 0)
    assert await books(desk) == Books(((1001, "placed", "PAID"),), (("captured", 1500, 1500, 0),), (), 9, 0)
    desk.clock.move(days=30)
    assert await lapse_orders(desk.ctx) == 0, "a paid order does not lapse"
    await check_ledgers(desk)


async def test_a_transfer_that_does_not_arrive_lapses_and_frees_its_goods(desk: Desk) -> None:
    view = await submitted(desk, await cart_to_pay(desk, TRANSFER, None))
    desk.clock.move(days=7)
    assert await lapse_orders(desk.ctx) == 1
    assert await books(desk) == Books(((1001, "cancelled", "VOIDED"),), (("cancelled", 0, 0, 0),), (), 10, 0)
    assert await events(desk) == ["OrderPlaced", "OrderCancelled", "PaymentFailed"]
    assert await lapse_orders(desk.ctx) == 0
    with pytest.raises(OrderIsCancelled):
        await mark_as_paid(desk.ctx, view.order_id or 0)


async def test_an_order_is_paid_once(desk: Desk) -> None:
    view = await submitted(desk, await cart_to_pay(desk, TRANSFER, None))
    await mark_as_paid(desk.ctx, view.order_id or 0, "CRO 77")
    with pytest.raises(OrderIsPaid):
        await mark_as_paid(desk.ctx, view.order_id or 0, "CRO 78")
    assert (await events(desk)).count("OrderPaid") == 1


async def test_cancelling_a_paid_order_restocks_it_and_writes_the_refund_down(desk: Desk) -> None:
    view = await submitted(desk, await cart_to_pay(desk, CASH, None, quantity=2))
    await mark_as_paid(desk.ctx, view.order_id or 0)
    await cancel_order(desk.ctx, view.order_id or 0, "CUSTOMER", restock=True)
    assert await books(desk) == Books(((1001, "cancelled", "REFUNDED"),), (("refunded", 2850, 2850, 2850),), (), 10, 0)
    await check_ledgers(desk)


async def test_no_cash_where_nothing_is_delivered_or_above_the_limit() -> None:
    provider = ManualPayment(SETTINGS)
    offer = OfferRequest(country="IT", currency="EUR", amount=1_000, language="it", delivery_handles=("flat:standard",))
    assert [method.title for method in provider.methods(offer)] == ["Bonifico bancario", "Contrassegno"]
    for changed in (replace(offer, delivery_handles=()), replace(offer, amount=49_651)):
        assert [method.method for method in provider.methods(changed)] == ["bank-transfer"]
    assert provider.methods(replace(offer, currency="GBP", delivery_handles=())) == ()


async def test_countries_narrow_what_is_offered() -> None:
    narrow = SETTINGS.model_copy(update={"transfer_countries": ["DE"], "cash_countries": ["IT"]})
    offer = OfferRequest(country="IT", currency="EUR", amount=1_000, language="en", delivery_handles=("flat:standard",))
    assert [method.method for method in ManualPayment(narrow).methods(offer)] == ["cash-on-delivery"]


async def test_without_an_account_there_is_no_transfer() -> None:
    provider = ManualPayment(ManualPaymentSettings())
    offer = OfferRequest(country="IT", currency="EUR", amount=1_000, language="en", delivery_handles=("flat:standard",))
    assert [(method.method, method.fee) for method in provider.methods(offer)] == [("cash-on-delivery", 0)]


async def test_the_buyer_reads_where_to_pay_in_his_language() -> None:
    request = StartRequest(
        key="k", method="bank-transfer", amount=1_500, currency="EUR", language="it",
        at=datetime(2026, 3, 14, tzinfo=UTC),
    )  # fmt: skip
    told = (await ManualPayment(SETTINGS).start(request)).instructions
    assert [instruction.key for instruction in told] == ["Intestatario", "IBAN", "Importo", "Causale", "Entro il"]
    assert told[-1].value == "21 marzo 2026"


@pytest.mark.parametrize(
    "wrong",
    [
        {"iban": "IT60X0542811101000000123457"},
        {"iban": "not one"},
        {"bic": "X"},
        {"cash_fees": {"EUR": "1.005"}},
        {"cash_fees": {"EUR": "-1"}},
        {"cash_fees": {"Euro": "1"}},
        {"cash_countries": ["Italy"]},
        {"days_until_due": 0},
        {"unknown": True},
    ],
)
async def test_wrong_settings_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        ManualPaymentSettings.model_validate(wrong)


async def test_a_way_that_is_switched_off_at_the_last_moment_is_not_ordered_with(desk: Desk) -> None:
    key = await cart_to_pay(desk, CASH, None)
    manual = next(p for p in desk.ctx.ports.all(PaymentProvider) if p.key == "manual_payment")
    manual.implementation.__dict__["_settings"] = SETTINGS.model_copy(update={"takes_cash": False})
    answer = await submit(desk.buyer, key, "one")
    assert isinstance(answer, NotAccepted)
    assert [problem.code for problem in answer.problems] == ["PAYMENTS_METHOD_UNAVAILABLE"]
