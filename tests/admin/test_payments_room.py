"""Payments in the admin: found, moved, disputed, settled; what waits for somebody stands on top; the API too."""

import csv
import io
import re
from collections.abc import AsyncIterator

import httpx
import msgspec
import pytest
from sqlalchemy import update
from tests.support import shops
from tests.support.asking import Admin
from tests.support.checkouts import CARD, cart_to_pay, submitted
from tests.support.managers import Manager, admin_app, signed_in
from tests.support.money_desks import MoneyDesk, open_money_desk
from tests.support.sold import keeper
from tests.support.statements import all_statements

from vetrina.flows.orders.cancelling import CancelWish, cancel_lines
from vetrina.flows.orders.refunding import RefundWish, refund_order
from vetrina.flows.payments.moving import reconcile_payment
from vetrina.flows.payments.payouts import fetch_payouts
from vetrina.kernel.log import draw_trail
from vetrina.kernel.settings import Settings
from vetrina.plugin.collected import Collected
from vetrina.plugin.loader import load
from vetrina.plugin.site import Markets, Site
from vetrina.shop.payments.models import Payment, Payout
from vetrina.testing.payments import AUTHORISES, CHALLENGES
from vetrina.views.orders.placed import order_lines
from vetrina.views.payments.standing import payment_by_id, payments_of_orders
from vetrina.views.permissions import CORE_PERMISSIONS
from vetrina.vocabulary import DisputeState

pytestmark = pytest.mark.embedded


@pytest.fixture
async def money(database_url: str, clock: shops.StillClock) -> AsyncIterator[MoneyDesk]:
    opened = await open_money_desk(database_url, clock)
    yield opened
    await opened.ctx.db.close()


@pytest.fixture
def site(money: MoneyDesk, no_plugins: Collected) -> Site:
    """The shop with the fake's books, seen from the admin."""
    return Site(
        shop=money.ctx.shop,
        markets=Markets(money.ctx.db),
        settings=Settings(env="test"),
        graphql=(),
        permissions=dict(CORE_PERMISSIONS),
        draw_trail=draw_trail,
        collected=no_plugins,
    )


@pytest.fixture
async def mara(money: MoneyDesk, site: Site) -> AsyncIterator[Manager]:
    manager = await signed_in(money.ctx, site, "payments.read", "payments.write", "orders.read")
    yield manager
    await manager.client.aclose()


async def test_payments_are_found_filtered_and_taken_along(money: MoneyDesk, mara: Manager) -> None:
    await mara.open("/admin/payments")
    assert "No payments yet" in mara.page.words and mara.page.words.count("Nothing waits") == 6
    await money.buy(quantity=2)
    await money.buy(AUTHORISES)
    await mara.open("/admin/payments")
    assert "2 payments" in mara.page.words and "#1001" in mara.page.words
    for query, found in (
        ("tab=capture", "Payment 2"),
        ("q=%231001", "Payment 1"),
        ("q=ch_2", "Payment 2"),
        ("q=anna%40example.com&least=20", "Payment 1"),
        ("state=captured&provider=fake&from=2020-01-01", "Payment 1"),
    ):
        await mara.open(f"/admin/payments?{query}")
        assert "1 payment" in mara.page.words and found in mara.page.words, query
    for query in ("q=%00%ff%27", "least=x&from=2026-99-99&tab=odd&sort=odd&provider=nobody", "q=nobody"):
        await mara.open(f"/admin/payments?{query}")
        assert mara.answer.status_code == 200, query
    assert "No payment is like that" in mara.page.words
    await mara.open("/admin/payments?as=csv&sort=amount_down")
    rows = list(csv.DictReader(io.StringIO(mara.answer.text.removeprefix("\ufeff"))))
    assert [(row["Order"], row["Amount"], row["Captured"]) for row in rows] == [
        ("#1001", "25.00", "25.00"),
        ("#1002", "15.00", "0.00"),
    ]


async def test_money_is_captured_refunded_and_voided_by_who_may(money: MoneyDesk, mara: Manager, site: Site) -> None:
    key = await money.payment_id(await money.buy(AUTHORISES))
    path = f"/admin/payments/{key}"
    await mara.open(path)
    assert mara.page.form("/capture").fields["capture"] == "15.00"
    for wrong in ("15.01", "0", "x", "-1", ""):
        await mara.send("/capture", capture=wrong)
        assert mara.answer.status_code == 422 and mara.page.wrong == ["capture"], wrong
    await mara.send("/capture", capture="6,00")
    assert "€6.00 captured" in mara.page.words
    await mara.send("/refund", refund="1.50")
    assert "€1.50 refunded" in mara.page.words and "€4.50" in mara.page.words
    payment = await payment_by_id(money.ctx.db, key)
    assert payment is not None and (payment.captured, payment.refunded) == (600, 150)
    await mara.open(f"/admin/orders/{payment.order_id}")
    assert path in mara.page.links, "promised money is captured on its payment's page"
    assert not any(form.action.endswith("/paid") for form in mara.page.forms)
    await mara.open(path)
    assert "€9.00" in mara.page.words, "the question says how much is let go"
    await mara.send("/void")
    payment = await payment_by_id(money.ctx.db, key)
    assert payment is not None and (payment.state, payment.captured, payment.refunded) == ("captured", 600, 150)
    assert not any(form.action.endswith(("/capture", "/void")) for form in mara.page.forms)
    await mara.open(f"/admin/orders/{payment.order_id}")
    assert "The rest of an authorisation was let go" in mara.page.words
    assert not any(form.action.endswith("/paid") for form in mara.page.forms), "nothing is awaited that could be marked"
    other = await money.payment_id(await money.buy(AUTHORISES))
    await mara.open(f"/admin/payments/{other}")
    await mara.send("/void")
    assert "was voided" in mara.page.words and "Voided" in mara.page.words
    reader = await signed_in(money.ctx, site, "payments.read", email="rita@shop.test")
    await reader.open(path)
    assert not any(form.action.startswith(path) for form in reader.page.forms)
    assert (await reader.get("/admin/orders")).status_code == 403
    await reader.client.aclose()


async def test_money_without_an_order_waits_on_top_and_goes_back(money: MoneyDesk, mara: Manager) -> None:
    desk = money.desk
    view = await submitted(desk, await cart_to_pay(desk, CARD, CHALLENGES))
    assert view.key
    charge = desk.provider.only
    desk.provider.misstate = (1_499, "EUR")
    charge.amount = charge.authorised = charge.captured = 1_499
    desk.provider.complete_challenge(charge.key)
    await money.post()
    desk.clock.move(minutes=20)
    await mara.open("/admin/payments")
    assert "Look again, or send the money back" in mara.page.words
    await mara.open("/admin/payments/waiting")
    assert "Paid without an order" in mara.page.words and "Every payment has its order" not in mara.page.words
    await mara.send("/back")
    assert "The money was sent back." in mara.page.words
    assert charge.refunded == 1_499
    await mara.open("/admin/payments/waiting")
    assert "Every payment has its order" in mara.page.words


async def test_what_was_paid_too_much_waits_and_goes_back_by_who_may(money: MoneyDesk, site: Site) -> None:
    charge = await money.buy(AUTHORISES, quantity=3)
    (order_id,) = {each.order_id or 0 for each in await payments_of_orders(money.ctx.db, [1])}
    charge.captured = charge.authorised
    (line,) = await order_lines(money.ctx.db, [order_id])
    await cancel_lines(keeper(money.desk), CancelWish(order_id=order_id, lines=((line.id, 2),)))
    await reconcile_payment(money.ctx, await money.payment_id(charge))
    money.desk.clock.move(minutes=20)
    reader = await signed_in(money.ctx, site, "payments.read", email="rita@shop.test")
    await reader.open("/admin/payments")
    assert "Give the difference back" in reader.page.words
    await reader.open("/admin/payments/waiting")
    assert "Whoever may refund gives it back." in reader.page.words
    assert [form for form in reader.page.forms if "overpaid" in form.action] == []
    await reader.client.aclose()
    mara = await signed_in(money.ctx, site, "payments.read", "payments.write", "orders.read", email="ugo@shop.test")
    await mara.open("/admin")
    assert "1" in mara.page.words and "/admin/payments/waiting" in mara.page.links
    await mara.open("/admin/payments/waiting")
    assert "#1001" in mara.page.words and "€20.00" in mara.page.words
    form = mara.page.form("/overpaid/1/back")
    await mara.post(form.action, {**form.fields, "seen": "1999"})
    assert "or another amount than you saw" in mara.page.words and charge.refunded == 0
    await mara.send("/overpaid/1/back")
    assert "goes back to the buyer" in mara.page.words and charge.refunded == 2_000
    assert "No order holds more than it comes to." in mara.page.words


async def test_a_refund_the_bank_refused_waits_with_its_reason_and_what_to_do(money: MoneyDesk, mara: Manager) -> None:
    charges = [await money.buy(), await money.buy()]
    for charge in charges:
        await mara.open(f"/admin/payments/{await money.payment_id(charge)}")
        await mara.send("/refund", refund="5")
        money.desk.provider.bounce(charge, 500, reason="expired_or_canceled_card")
    await money.post()
    money.desk.clock.move(minutes=20)
    await mara.open(f"/admin/payments/{await money.payment_id(charges[0])}")
    assert "Refund came back" in mara.page.words
    await mara.open("/admin/payments/waiting")
    assert mara.page.words.count("Refused by the bank The card has expired or was cancelled") == 2
    await mara.send("/refunds/1/again")
    assert "asked for again" in mara.page.words and charges[0].refunded == 500
    await mara.send("/refunds/2/elsewhere", **{"how-2": " "})
    assert mara.page.words.count("Refused by the bank") == 1
    await mara.send("/refunds/2/elsewhere", **{"how-2": "transfer <b>7</b>"})
    assert (
        "Noted: the refund is done." in mara.page.words and "Every refund that was promised is paid." in mara.page.words
    )
    await mara.open("/admin/orders/2")
    assert "Paid another way: transfer <b>7</b>" in mara.page.words and "bank refused a refund" in mara.page.words
    await mara.open("/admin/orders/1")
    assert "Sent back at the payment" in mara.page.words and charges[1].refunded == 0
    charges[0].refunded = charges[0].captured  # so that the provider says no
    await refund_order(keeper(money.desk), RefundWish(order_id=1, amount=100))
    money.desk.clock.move(minutes=20)
    await mara.open("/admin/payments/waiting")
    assert "Refused by the provider" in mara.page.words
    await mara.send("/refunds/3/dismiss", **{"why-3": "another <b>refund</b>"})
    assert "this refund is set aside" in mara.page.words
    await mara.open("/admin/orders/1")
    assert "Set aside: another <b>refund</b>" in mara.page.words and "Refused refund set aside" in mara.page.words


async def test_a_dispute_is_answered_and_a_payout_is_explained(money: MoneyDesk, mara: Manager) -> None:
    charge = await money.buy()
    opened = money.books.open_dispute(charge, 1_500)
    await money.post()
    money.books.pay_out()
    await fetch_payouts(money.ctx, "fake")
    await mara.open("/admin/payments/disputes?tab=to_answer")
    assert "Goods not received" in mara.page.words and "7 days left" in mara.page.words
    await mara.open("/admin/payments/disputes/1")
    assert mara.page.form("/evidence").fields["customer_email"] == "anna@example.com"
    await mara.send("/evidence", statement=" ")
    assert mara.answer.status_code == 422 and mara.page.wrong == ["statement"]
    await mara.send("/evidence", statement="<b>Delivered</b>", shipped_on="2026-03-01")
    assert "The evidence was handed in." in mara.page.words and "Under review" in mara.page.words
    (given,) = money.books.evidence.values()
    assert (given.statement, str(given.shipped_on)) == ("<b>Delivered</b>", "2026-03-01")
    money.desk.clock.move(minutes=5)
    money.books.move_dispute(opened.reference, DisputeState.LOST)
    await money.post(len(money.desk.provider.outgoing) - 1)
    await mara.open("/admin/payments/disputes/1")
    assert "no refund of yours" in mara.page.words
    for path, told in (
        ("/admin/payments/1", "Taken by a dispute"),
        ("/admin/payments/payouts", "po_1"),
        ("/admin/payments/payouts/1", "Charge"),
        ("/admin/payments/books", "The money adds up"),
        ("/admin/payments/waiting", "Payment cost"),
        ("/admin/orders/1", "Taken by a dispute"),
    ):
        await mara.open(path)
        assert told in mara.page.words, path
    for path in ("/admin/payments/99", "/admin/payments/disputes/99", "/admin/payments/payouts/99"):
        assert (await mara.get(path)).status_code == 404


async def test_providers_are_called_by_their_plugins_titles(money: MoneyDesk, site: Site) -> None:
    for _ in range(2):
        await money.buy()
    money.books.pay_out()
    await fetch_payouts(money.ctx, "fake")
    async with money.ctx.tx() as session:
        await session.execute(update(Payment).values(provider="manual_payment").where(Payment.id == 1))
        await session.execute(update(Payment).values(provider="history").where(Payment.id == 2))
        await session.execute(update(Payment).values(order_id=None))
        await session.execute(update(Payout).values(provider="manual_payment"))
    money.desk.clock.move(days=30)
    collected = load(["manual_payment"], strict=True)
    mara = await signed_in(money.ctx, msgspec.structs.replace(site, collected=collected), "payments.read")
    transfer, imported = "Bank transfer, cash, payment in store", "Imported orders"
    for path, titles in (
        ("/admin/payments", {transfer, imported}),
        ("/admin/payments/1", {transfer}),
        ("/admin/payments/2", {imported}),
        ("/admin/payments/waiting", {transfer, imported}),
        ("/admin/payments/books", {transfer, imported}),
        ("/admin/payments/payouts", {transfer}),
        ("/admin/payments/payouts/1", {transfer}),
    ):
        await mara.open(path)
        assert {title for title in (transfer, imported) if title in mara.page.words} == titles, path
        assert not re.search(r"\b(manual_payment|history)\b", mara.page.words), path
    await mara.client.aclose()


async def test_the_list_costs_as_many_statements_for_many_as_for_few(money: MoneyDesk, mara: Manager) -> None:
    counts = list[int]()
    for bought in (1, 4):
        for _ in range(bought):
            await money.buy()
        with all_statements(money.ctx.db) as statements:
            await mara.open("/admin/payments")
        counts.append(len(statements))
    assert counts[0] == counts[1]


async def test_the_api_says_and_does_the_same(money: MoneyDesk, site: Site) -> None:
    key = await money.payment_id(await money.buy(AUTHORISES))
    money.books.open_dispute(await money.buy(), 300)
    await money.post()
    money.books.pay_out()
    await fetch_payouts(money.ctx, "fake")
    transport = httpx.ASGITransport(admin_app(site))
    async with httpx.AsyncClient(transport=transport, base_url="http://shop.test") as client:
        admin = await Admin.begin(client, money.ctx)
        wish = {"id": f"gid://vetrina/Payment/{key}", "amount": "6.00"}
        captured = await admin.ask(MOVE.replace("MOVE", "paymentCapture"), wish)
        assert captured["moved"]["userErrors"] == []
        assert captured["moved"]["payment"]["captured"] == {"amount": "6.0", "currencyCode": "EUR"}
        refused = await admin.ask(MOVE.replace("MOVE", "paymentRefund"), {**wish, "amount": "6.01"})
        assert [error["code"] for error in refused["moved"]["userErrors"]] == ["NOTHING_TO_REFUND"]
        dispute_id = (await admin.ask(READ))["paymentDisputes"]["nodes"][0]["id"]
        said = {"statement": "Delivered.", "shippedOn": "yesterday"}
        answered = (await admin.ask(ANSWER, {"id": dispute_id, "said": said}))["paymentDisputeAnswer"]
        assert answered["userErrors"][0]["field"] == ["evidence", "shippedOn"]
        answered = (await admin.ask(ANSWER, {"id": dispute_id, "said": {"statement": "Delivered."}}))[
            "paymentDisputeAnswer"
        ]
        assert answered == {"dispute": {"state": "UNDER_REVIEW"}, "userErrors": []}
        read = await admin.ask(READ)
    assert read["moneyQueues"] == {"troubled": 0, "disputes": 0}
    assert [node["settled"] for node in read["payments"]["nodes"]] == [
        [
            {"kind": kind, "charged": {"amount": amount, "currencyCode": "EUR"}}
            for kind, amount in (("CHARGE", "15.0"), ("DISPUTE", "-3.0"))
        ],
        [],
    ]
    (proof,) = read["moneyReconciliation"]
    assert (proof["open"]["amount"], proof["difference"]["amount"]) == ("6.0", "0.0")
    assert read["payouts"]["nodes"] == [{"reference": "po_1", "state": "PAID", "isReconciled": True}]


MOVE = """
mutation ($id: ID!, $amount: Decimal) {
  moved: MOVE(id: $id, amount: $amount) {
    payment { captured { amount currencyCode } } userErrors { code field }
  }
}
"""
ANSWER = """
mutation ($id: ID!, $said: PaymentDisputeEvidenceInput!) {
  paymentDisputeAnswer(id: $id, evidence: $said) { dispute { state } userErrors { code field } }
}
"""
READ = """
{
  payments(first: 5) { nodes { key settled { kind charged { amount currencyCode } } entries { kind } disputes { id } } }
  paymentDisputes(first: 5, kind: ALL) { nodes { id state evidenceDueAt } }
  payouts(first: 5) { nodes { reference state isReconciled } }
  moneyReconciliation { open { amount } difference { amount } }
  moneyQueues { troubled disputes }
}
"""
