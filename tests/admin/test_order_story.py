"""An order's page follows a real order: placed, paid by a transfer, cancelled; and plugins stand in its slots."""

import re
from collections.abc import AsyncGenerator
from typing import Any

import pytest
from markupsafe import Markup
from tests.support import shops
from tests.support.checkouts import Desk, cart_to_pay, open_desk, submitted
from tests.support.managers import signed_in

from vetrina.flows.orders.whole import cancel_order, mark_as_paid
from vetrina.kernel.context import Context
from vetrina.kernel.registry import Provided
from vetrina.plugin import Site
from vetrina.ports import PaymentProvider
from vetrina_admin.pages.orders import page as orders_page
from vetrina_admin.pages.products import page as products_page
from vetrina_manual_payment.provider import ManualPayment
from vetrina_manual_payment.settings import ManualPaymentSettings

pytestmark = pytest.mark.embedded
SETTINGS = ManualPaymentSettings.model_validate(
    {"iban": "IT60 X054 2811 1010 0000 0123 456", "account_holder": "Rossi"}
)


@pytest.fixture
async def desk(database_url: str, clock: shops.StillClock) -> AsyncGenerator[Desk]:
    manual = Provided(PaymentProvider, "manual_payment", "manual_payment", ManualPayment(SETTINGS))
    opened = await open_desk(database_url, clock, manual)
    yield opened
    await opened.ctx.db.close()


@pytest.fixture
def ctx(desk: Desk) -> Context:
    return desk.ctx


async def test_a_page_follows_its_order(desk: Desk, site: Site, clock: shops.StillClock) -> None:
    mara = await signed_in(desk.ctx, site)
    await desk.codes.fill(desk.ctx, "FIVE", 500)
    view = await submitted(desk, await cart_to_pay(desk, "manual_payment:bank-transfer", None, codes=("FIVE",)))
    assert view.order_id is not None
    here = f"/admin/orders/{view.order_id}"

    async def words() -> str:
        clock.move(minutes=5)
        await mara.open(here)
        return mara.page.words

    placed = await words()
    for text in ("#1001", "Payment pending", "To send", "Discount: FIVE", "Delivery: Standard", "Pending €10.00"):
        assert text in placed, text
    assert "Still to receive €10.00" in placed and "Reserved 1 piece" in placed and "Anna Rossi" in placed
    await mark_as_paid(desk.ctx, view.order_id, "CRO 77")
    paid = await words()
    assert "Received €10.00" in paid and "CRO 77" in paid and "Still to receive" not in paid
    assert "Taken from stock 1 piece" in paid and "The order was paid" in paid
    await cancel_order(desk.ctx, view.order_id, "CUSTOMER")
    cancelled = await words()
    assert "Reason: the customer wished it" in cancelled and "The order was cancelled" in cancelled
    assert cancelled.index("The order was cancelled") < cancelled.index("The order was placed")
    parts = re.findall(r'<dd class="sum-part">(-?)€([\d.]+)', mara.page.html)
    assert sorted(sign + amount for sign, amount in parts) == ["-5.00", "10.00", "5.00"]
    await mara.client.aclose()


async def test_plugins_stand_in_their_slots(desk: Desk, site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    async def drawn(slot: str, subject: int | None, _: Any) -> Markup:
        return Markup("<p>[{} of {}]</p>").format(slot, subject)

    monkeypatch.setattr(orders_page, "panels", drawn)
    monkeypatch.setattr(products_page, "panels", drawn)
    view = await submitted(desk, await cart_to_pay(desk, "manual_payment:bank-transfer", None))
    mara = await signed_in(desk.ctx, site)
    for kind, subject in (("order", view.order_id), ("product", 1)):
        await mara.open(f"/admin/{kind}s/{subject}")
        for slot in ("main", "side"):
            assert f"[{kind}.{slot} of {subject}]" in mara.page.words
    await mara.client.aclose()
