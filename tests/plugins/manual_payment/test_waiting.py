"""Orders that wait for their money: reminded once for each occasion, lapsed, found, marked with what the bank says."""

from collections.abc import AsyncIterator
from datetime import timedelta

import msgspec
import pytest
from sqlalchemy import select
from tests.support import shops
from tests.support.checkouts import Desk, books, cart_to_pay, open_desk, submitted

from vetrina.flows.upkeep import lapse_orders
from vetrina.kernel.context import Actor
from vetrina.kernel.errors import BadInput, NotAllowed, NotFound
from vetrina.kernel.messages import OutboxEvent
from vetrina.kernel.registry import Provided
from vetrina.plugin import Say
from vetrina.plugin.admin import Asked, Facts, Section, Table
from vetrina.plugin.words import said
from vetrina.ports import PaymentProvider
from vetrina.shop.orders.events import OrderCancelled
from vetrina.shop.orders.rules import OrderIsPaid
from vetrina.shop.payments.models import PaymentEntry
from vetrina_manual_payment import health
from vetrina_manual_payment.admin import matching, receipt, waiting
from vetrina_manual_payment.admin.forms import ReceiptForm, SearchForm, StatementForm
from vetrina_manual_payment.provider import ManualPayment
from vetrina_manual_payment.receipts import TooLittle, TooMuch, record_receipt
from vetrina_manual_payment.reminding import reactions, remind
from vetrina_manual_payment.settings import ManualPaymentSettings
from vetrina_manual_payment.words import for_staff

TRANSFER = "manual_payment:bank-transfer"
SETTINGS = ManualPaymentSettings.model_validate({
    "iban": "IT60 X054 2811 1010 0000 0123 456", "account_holder": "Bottega Rossi srl", "days_of_grace": 3,
    "remind_before": 2, "remind_after": 1,
})  # fmt: skip


@pytest.fixture
async def desk(database_url: str, clock: shops.StillClock) -> AsyncIterator[Desk]:
    manual = Provided(PaymentProvider, "manual_payment", "manual_payment", ManualPayment(SETTINGS))
    opened = await open_desk(database_url, clock, manual)
    yield opened
    await opened.ctx.db.close()


async def ordered(desk: Desk) -> int:
    view = await submitted(desk, await cart_to_pay(desk, TRANSFER, None))
    assert view.order_id is not None
    return view.order_id


async def reminders(desk: Desk) -> list[str]:
    found = select(OutboxEvent.payload).where(OutboxEvent.name == "PaymentReminded").order_by(OutboxEvent.id)
    return [body["occasion"] for (body,) in await desk.ctx.db.fetch(found)]


async def test_a_buyer_is_reminded_before_and_after_once_and_the_order_lapses(desk: Desk) -> None:
    order_id = await ordered(desk)
    for days, expected in ((0, []), (4, []), (1, ["soon"]), (1, ["soon"]), (1, ["soon"]), (1, ["soon", "overdue"])):
        desk.clock.move(days=days)
        for _ in range(2):
            await remind(desk.ctx, SETTINGS)
        assert await reminders(desk) == expected
        assert await lapse_orders(desk.ctx) == 0, "the goods are held for the days of grace"
    desk.clock.move(days=2)
    assert await remind(desk.ctx, SETTINGS) == 0
    assert await lapse_orders(desk.ctx) == 1
    ended = OrderCancelled(order_id=order_id, number=1001, total=1500, currency="EUR", reason="DECLINED")
    (lapsed,) = reactions(SETTINGS)
    for reason in ("CUSTOMER", "DECLINED", "DECLINED"):
        await lapsed.run(desk.ctx, msgspec.structs.replace(ended, reason=reason))
    assert await reminders(desk) == ["soon", "overdue", "lapsed"]


async def test_money_is_written_down_with_its_day_and_reference_whole_or_not_at_all(desk: Desk) -> None:
    order_id = await ordered(desk)
    today = desk.clock.now().date()
    for amount, problem, english, italian in (
        (1_499, TooLittle, "€0.01 is missing", "mancano 0,01\xa0€"),
        (1_600, TooMuch, "€1.00 too much", "1,00\xa0€ di troppo"),
    ):
        with pytest.raises(problem) as refused:
            await record_receipt(desk.ctx, order_id, amount=amount, received_on=today)
        told = refused.value.facts["problem"]
        assert isinstance(told, Say)
        assert english in str(refused.value) == told.en
        assert italian in told.it
    with pytest.raises(BadInput):
        await record_receipt(desk.ctx, order_id, amount=1_500, received_on=today + timedelta(days=2))
    with pytest.raises(NotFound):
        await record_receipt(desk.ctx, 404, amount=1_500, received_on=today)
    reader = msgspec.structs.replace(desk.ctx, actor=Actor("staff", 1, "Ada", frozenset({"payments.read"})))
    with pytest.raises(NotAllowed):
        await record_receipt(reader, order_id, amount=1_500, received_on=today)
    assert (await books(desk)).payments == (("pending", 0, 0, 0),)
    await record_receipt(desk.ctx, order_id, amount=1_500, received_on=today, reference="TRN 77")
    entered = select(PaymentEntry.reference).where(PaymentEntry.kind == "captured")
    assert await desk.ctx.db.value(entered) == "2026-03-14 TRN 77@1500"
    with pytest.raises(OrderIsPaid):
        await record_receipt(desk.ctx, order_id, amount=1_500, received_on=today)


async def test_what_is_awaited_is_listed_found_matched_and_marked_at_a_click(desk: Desk) -> None:
    order_id = await ordered(desk)
    desk.clock.move(days=8)
    sections = {
        block.title.en: block.blocks[0]
        for block in await waiting.shown(SETTINGS)(desk.ctx, Asked())
        if isinstance(block, Section) and not isinstance(block.title, str)
    }
    assert sections.keys() == {"Overdue", "All"}, "its day has passed and it is held"
    for wish, count in (("#1001", 1), ("1001", 1), ("15,00", 1), ("15", 1), ("anna@", 1), ("ANNA@example", 1),
                        ("15.01", 0), ("%@", 0), ("bruno", 0)):  # fmt: skip
        found = await waiting.search(desk.ctx, Asked(), SearchForm(q=wish))
        assert [len(block.rows) for block in found.blocks if isinstance(block, Table)] == [count], wish
    statement = "date,amount,text\n2026-03-20,15.00,Anna Rossi ordine 1001\n2026-03-20,14.00,ordine 1001\n"
    done = await matching.match(desk.ctx, Asked(), StatementForm(statement=statement))
    (table,) = (block for block in done.blocks if isinstance(block, Table))
    assert [len(row.buttons) for row in table.rows] == [1, 0], "what is less is not marked at a click"
    assert (await books(desk)).orders == ((1001, "placed", "PENDING"),), "nothing is marked by itself"
    shown = await receipt.show(desk.ctx, Asked(parts={"id": str(order_id)}))
    assert len(shown) == 2 and isinstance(shown[0], Facts)
    assert {str(said(entry[0], "it")) for entry in shown[0].facts} > {"Intestatario", "Importo", "Causale", "Ordine"}
    assert (for_staff("Causale"), for_staff("IBAN!")) == (Say("Reference", "Causale"), "IBAN!"), "whichever was told"
    await receipt.mark(desk.ctx, Asked(), table.rows[0].buttons[0].values)
    assert (await books(desk)).orders == ((1001, "placed", "PAID"),)
    form = ReceiptForm.model_validate({"received_on": "2026-03-20", "amount": "15.00"})
    with pytest.raises(OrderIsPaid):
        await receipt.record(desk.ctx, Asked(parts={"id": str(order_id)}), form)
    for forged in (
        {},
        {"order": "1", "amount": "-1", "on": "2026-03-20"},
        {"order": "x", "amount": "1", "on": "2026-03-20"},
    ):
        with pytest.raises((BadInput, NotFound)):
            await receipt.mark(desk.ctx, Asked(), forged)


@pytest.mark.embedded
async def test_its_health_says_what_is_missing(desk: Desk) -> None:
    await health.check(SETTINGS)(desk.ctx)
    for wrong, problem in (
        ({"iban": "IT60 X054 2811 1010 0000 0123 456"}, health.HalfAnAccount),
        ({"takes_in_store": True}, health.NoStore),
        ({"takes_cash": False}, health.NoWayToPay),
    ):
        with pytest.raises(problem):
            await health.check(ManualPaymentSettings.model_validate(wrong))(desk.ctx)
