"""Each occasion through whole flows: one mail in the order's language, with what it is about, and never twice."""

from collections.abc import Sequence
from datetime import timedelta
from html.parser import HTMLParser

from msgspec.structs import replace
from sqlalchemy import update

from vetrina.events import OrderImported, PaymentReminded
from vetrina.flows.mail import Mail, Words, orders_are_confirmed, post
from vetrina.flows.orders.amending import AmendWish, amend_order
from vetrina.flows.orders.cancelling import CancelWish, cancel_lines
from vetrina.flows.orders.refunding import RefundWish, refund_order
from vetrina.flows.orders.returning import (
    FoundLine,
    ReturnWish,
    WantedLine,
    answer_return,
    ask_for_return,
    receive_return,
)
from vetrina.flows.orders.settling_returns import ReturnRefund, refund_return
from vetrina.flows.orders.whole import cancel_order, mark_as_paid
from vetrina.flows.parcels.fulfilling import FulfilWish, Tracking, TrackingNews, fulfil, record_tracking
from vetrina.flows.payments.asking import ask_for_payment
from vetrina.flows.upkeep import lapse_orders
from vetrina.kernel.messages import emit
from vetrina.kernel.messages.tables import OutboxCursor
from vetrina.ports import Letter
from vetrina.testing.making import EMAIL, make_order
from vetrina.testing.races import race
from vetrina.testing.shop import Workshop
from vetrina.views.orders.placed import OrderView, order_lines, status_url
from vetrina.views.payments.standing import payments_of_orders
from vetrina.vocabulary import FulfilmentState
from vetrina_order_mails.flows.editing import switch_mail
from vetrina_order_mails.flows.telling import tell_buyer
from vetrina_order_mails.parts import Happening

BANK = {"iban": "IT60X0542811101000000123456", "account_holder": "Bottega Rossi srl"}
CASH, TRANSFER = "manual_payment:cash", "manual_payment:bank"


class Reading(HTMLParser):
    """What a mail's HTML holds: its words, its links, its pictures, its tags."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.words, self.tags = "", set[str]()
        self.links, self.pictures = list[str](), list[dict[str, str | None]]()
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        if tag == "a":
            self.links.append(dict(attrs)["href"] or "")
        if tag == "img":
            self.pictures.append(dict(attrs))

    def handle_data(self, data: str) -> None:
        self.words += f" {data.strip()}"


def taken(letters: list[Letter]) -> list[tuple[str, str]]:
    """Who was written to under which subject since the last time."""
    told = [(letter.to, letter.subject.replace("\xa0", " ")) for letter in letters]
    letters.clear()
    return told


def said(letters: Sequence[Letter]) -> str:
    """The one letter there is, as text, and that its HTML says the same."""
    (letter,) = letters
    html = " ".join(Reading(letter.html).words.split())
    for line in letter.text.split("\n--\n")[0].splitlines():
        label, _, value = " ".join(line.split()).rpartition(": ")
        is_pair = bool(label and value) and not line.startswith("- ") and len(label) < 40
        assert not is_pair or f"{label} {value}" in html, line
        is_sentence = line.endswith(".") and not is_pair
        assert not is_sentence or line in html, line
    return letter.text.replace("\xa0", " ")


async def again(shop: Workshop) -> None:
    """All events are delivered once more, as after a crash that lost where everybody stood."""
    async with shop.db.transaction() as session:
        await session.execute(
            update(OutboxCursor).where(OutboxCursor.subscriber.like("order_mails%")).values(position=0)
        )
    await shop.deliver()


async def test_an_order_paid_by_transfer_is_told_step_by_step(shop: Workshop, letters: list[Letter]) -> None:
    await shop.configure("manual_payment", **BANK)
    await shop.configure("order_mails", staff_addresses=["Boss@shop.test", "till@shop.test"])
    oil, salt = await shop.product("Olio <b>nuovo</b>", price="18.50"), await shop.product("Sale", price="2.00")
    order = await shop.order(oil, salt, quantity=2, payment=TRANSFER, paid=False)
    await shop.deliver()
    (buyers,) = [letter for letter in letters if letter.to == EMAIL]
    text = said([buyers])
    reading = Reading(buyers.html)
    assert "IBAN: IT60 X054 2811 1010 0000 0123 456" in text
    assert "Olio <b>nuovo</b>, 2 × €18.50: €37.00" in text
    assert f"{status_url(shop.ctx, order.number, order.key)}/payment-code.png" in [
        picture["src"] for picture in reading.pictures
    ], "apps of banks read it"
    assert "b" not in reading.tags, "what people type is text"
    assert status_url(shop.ctx, order.number, order.key) in reading.links
    assert {link.partition("/orders")[0] for link in reading.links if link.startswith("http")} == {"https://shop.test"}
    assert not {"script", "iframe", "form", "link"} & reading.tags
    assert sorted(taken(letters)) == [
        (EMAIL, "Your order #1001: please pay by 21 March 2026"),
        ("boss@shop.test", "New order #1001: €46.90"),
        ("till@shop.test", "New order #1001: €46.90"),
    ]
    for occasion in ("soon", "soon", "lapsed"):
        await _reminded(shop, order, occasion)
    assert taken(letters) == [(EMAIL, "A reminder: your order #1001 waits for its payment")]
    await mark_as_paid(shop.ctx, order.id)
    await shop.deliver()
    assert taken(letters) == [(EMAIL, "We have your payment for #1001")]
    await _reminded(shop, order, "overdue")
    assert taken(letters) == [], "money that has come is not asked for"
    await again(shop)
    assert taken(letters) == [], "an event that is delivered twice is told once"


async def _reminded(shop: Workshop, order: OrderView, occasion: str) -> None:
    (payment,) = await payments_of_orders(shop.db, [order.id])
    now = shop.ctx.now()
    async with shop.ctx.tx() as session:
        event = PaymentReminded(
            payment_id=payment.id, order_id=order.id, provider="manual_payment", amount=payment.amount,
            currency=payment.currency, occasion=occasion, due_at=now, held_until=now,
        )  # fmt: skip
        await emit(session, event, now)
    await shop.deliver()


async def test_an_order_lives_and_is_told_in_its_language(shop: Workshop, letters: list[Letter]) -> None:
    await shop.configure("manual_payment", cash_fees={"EUR": "3.50"})
    ware, late = await shop.product("Pane", price="1000.00"), await shop.product("Vino", price="9.00")
    italian = replace(shop.ctx, place=replace(shop.ctx.place, language="it"))
    order = await make_order(italian, ware, late, quantity=3, payment=CASH, paid=False)
    await shop.deliver()
    text = said(letters)
    assert "Ciao Anna," in text
    assert "3 × 1.000,00 €: 3.000,00 €" in text
    assert "Supplemento per il pagamento: 3,50 €" in text, "what is charged for cash stands in the sums"
    assert taken(letters) == [(EMAIL, "Il tuo ordine #1001 su Vetrina")]
    await mark_as_paid(shop.ctx, order.id)
    first, second = await order_lines(shop.db, [order.id])
    await cancel_lines(shop.ctx, CancelWish(order_id=order.id, lines=((second.id, 1),), key="quiet", notify=False))
    await shop.deliver()
    assert taken(letters) == [(EMAIL, "Abbiamo ricevuto il pagamento di #1001")], "nobody hears what is not to be told"
    await cancel_lines(shop.ctx, CancelWish(order_id=order.id, lines=((second.id, 1),), key="loud"))
    await shop.deliver()
    assert sorted(subject for _, subject in taken(letters)) == [
        "Il tuo rimborso di 9,00 € per #1001", "Una parte del tuo ordine #1001 è stata annullata",
    ]  # fmt: skip
    where = Tracking(company="Corriere", number="RT-1", url="https://corriere.example/RT-1?a=1&b=<2>")
    parcel = await fulfil(shop.ctx, FulfilWish(order_id=order.id, tracking=where, lines=((first.id, 2),)))
    await shop.deliver()
    assert "Numero di tracciamento: RT-1" in said(letters)
    assert where.url in Reading(letters[0].html).links
    taken(letters)
    await fulfil(shop.ctx, FulfilWish(order_id=order.id, lines=((first.id, 1),), notify=False, key="quiet"))
    for number, state in enumerate(("IN_TRANSIT", "OUT_FOR_DELIVERY", "FAILED", "OUT_FOR_DELIVERY", "DELIVERED")):
        at = shop.ctx.now()
        news = TrackingNews(reference=str(number), state=FulfilmentState[state], at=at)
        await record_tracking(shop.ctx, parcel, [news])
        shop.clock.move(hours=1)
        await shop.deliver()
    assert [subject for _, subject in taken(letters)] == [
        "Il tuo ordine #1001 arriva oggi", "Il tuo ordine #1001 non si è potuto consegnare",
        "Il tuo ordine #1001 è stato consegnato",
    ]  # fmt: skip
    await again(shop)
    assert taken(letters) == []


async def test_goods_that_come_back_are_told_to_the_end(shop: Workshop, letters: list[Letter]) -> None:
    order = await shop.order(await shop.product("Lampada", price="20.00"), quantity=2)
    (line,) = await order_lines(shop.db, [order.id])
    await fulfil(shop.ctx, FulfilWish(order_id=order.id, notify=False))
    await shop.deliver()
    taken(letters)
    wanted = (WantedLine(line_id=line.id, quantity=1, reason="WITHDRAWAL"),)
    one = await ask_for_return(shop.buyer, order.key, ReturnWish(order_id=order.id, lines=wanted, key="a"))
    await shop.deliver()
    assert "- Lampada, 1 ×" in said(letters)
    await answer_return(shop.ctx, one, approve=True, answer="Use our <label>, {{order.name}}")
    await shop.deliver()
    assert "Use our <label>, {{order.name}}" in letters[-1].text, "a value is not looked at again"
    assert "&lt;label&gt;" in letters[-1].html
    await receive_return(shop.ctx, one, [FoundLine(line_id=line.id, accepted=1, disposition="none")])
    await refund_return(shop.ctx, ReturnRefund(return_id=one))
    await shop.deliver()
    two = await ask_for_return(shop.buyer, order.key, ReturnWish(order_id=order.id, lines=wanted, key="b"))
    await answer_return(shop.ctx, two, approve=False, answer="Too late")
    await shop.deliver()
    assert sorted(subject for _, subject in taken(letters)) == [
        "About your return #1001-R2", "Your refund of €20.00 for #1001", "Your return #1001-R1 has arrived",
        "Your return #1001-R1 is settled", "Your return #1001-R1 was received",
        "Your return #1001-R1: please send it back", "Your return #1001-R2 was received",
    ]  # fmt: skip


async def test_changed_asked_for_and_ended(shop: Workshop, letters: list[Letter]) -> None:
    await shop.configure("manual_payment", **BANK)
    ware = await shop.product("Tela", price="10.00")
    order = await shop.order(ware, quantity=1)
    await shop.deliver()
    taken(letters)
    added = ((ware.variant_ids[0], 2),)
    await amend_order(shop.ctx, AmendWish(order_id=order.id, key="more", add=added))
    await shop.deliver()
    text = said(letters)
    assert "(+€20.00)" in text
    assert "Total: €35.90" in text
    taken(letters)
    await amend_order(shop.ctx, AmendWish(order_id=order.id, key="quiet", add=added, notify=False))
    key = await ask_for_payment(shop.ctx, order.id, 3_000, note="For <the> rest")
    await shop.deliver()
    assert f"https://shop.test/pay/{key}" in Reading(letters[0].html).links
    assert "About this payment: For <the> rest" in said(letters)
    assert taken(letters) == [(EMAIL, "€30.00 to pay for your order #1001")]
    await refund_order(shop.ctx, RefundWish(order_id=order.id, amount=100, notify=False, key="quiet"))
    await cancel_order(shop.ctx, order.id, "CUSTOMER")
    await shop.deliver()
    assert (EMAIL, "Your order #1001 was cancelled") in taken(letters)
    lost = await shop.order(ware, quantity=3, payment=TRANSFER, paid=False)
    (line,) = await order_lines(shop.db, [lost.id])
    await cancel_lines(shop.ctx, CancelWish(order_id=lost.id, lines=((line.id, 1),), key="one"))
    await cancel_lines(shop.ctx, CancelWish(order_id=lost.id, lines=((line.id, 1),), key="quiet", notify=False))
    await shop.deliver()
    less = next(letter for letter in letters if "less to pay" in letter.subject)
    assert "taken €10.00 off what was still to be paid" in said([less])
    assert "IBAN: IT60 X054 2811 1010 0000 0123 456" in less.text, "how to pay the rest"
    assert sorted(subject for _, subject in taken(letters)) == [
        "A part of your order #1002 was cancelled", f"You have less to pay for your order {lost.name}",
        "Your order #1002: please pay by 21 March 2026",
    ], "once each, and nothing of what is not to be told"  # fmt: skip
    shop.clock.move(days=7)
    assert await lapse_orders(shop.ctx) == 1
    await shop.deliver()
    (letter,) = letters
    assert f"The payment for your order {lost.name} did not come in time" in letter.text
    assert "If you were about to transfer the money, please do not." in said(letters)


async def test_who_is_told_nothing(shop: Workshop, letters: list[Letter]) -> None:
    assert await orders_are_confirmed(shop.buyer)
    await switch_mail(shop.ctx, "order_placed", is_on=False)
    assert not await orders_are_confirmed(shop.buyer), "pages promise only what is written"
    order = await shop.order(await shop.product(price="5.00"), paid=False)
    await shop.deliver()
    await switch_mail(shop.ctx, "order_placed", is_on=True)
    async with shop.ctx.tx() as session:
        event = OrderImported(
            order_id=order.id, number=order.number, total=500, currency="EUR", source="other", name="#7"
        )
        await emit(session, event, shop.ctx.now())
    await shop.deliver()
    assert taken(letters) == [], "neither what is switched off nor the past"
    await shop.switch_off("order_mails")
    assert not await orders_are_confirmed(shop.buyer)
    await shop.order(await shop.product(price="6.00"), paid=False)
    shop.clock.move(days=8)
    await shop.switch_on("order_mails")
    await shop.order(await shop.product(price="7.00"), paid=False)
    await shop.deliver()
    assert taken(letters) == [(EMAIL, "Your order #1003 at Vetrina")], "what is old is told nobody"
    await shop.switch_off("mailbox")
    assert not await orders_are_confirmed(shop.buyer), "what nobody sends confirms nothing"


async def test_without_its_key_an_occasion_would_be_told_twice(shop: Workshop, letters: list[Letter]) -> None:
    """The negative control: the same words under two keys are two mails, under one key one."""
    words = Words("Twice\r\nBcc: all@evil.example", "text", "<p>text</p>")
    for key in ("a", "a", "b"):
        async with shop.ctx.tx() as session:
            await post(shop.ctx, session, Mail(key=key, to="Anna@shop.test", language="en", words=words))
    await shop.deliver()
    assert taken(letters) == [("anna@shop.test", "Twice Bcc: all@evil.example")] * 2, "a subject is one line"


async def test_two_workers_at_once_tell_one_occasion_once(shop: Workshop, letters: list[Letter]) -> None:
    order = await shop.order(await shop.product(price="5.00"), paid=False)
    happening = Happening(mail="order_placed", order_id=order.id)

    async def tell(number: int) -> bool:
        return await tell_buyer(shop.ctx, happening, too_old=timedelta(days=1), occasion="placed")

    assert await race(shop.ctx, 4, tell) == [True] * 4
    await shop.deliver()
    assert [to for to, _ in taken(letters)] == [EMAIL], "those four and the worker's own turn are one mail"
