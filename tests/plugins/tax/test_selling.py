"""VAT in a shop: what a cart pays and an order keeps, the ledger behind it, VAT ids and a VIES that misbehaves."""

import asyncio
from datetime import timedelta
from typing import Any

import httpx
import msgspec
import pytest
from sqlalchemy import delete, update

from vetrina.flows.cart.delivery import DeliveryChoice, select_delivery_options
from vetrina.flows.cart.payment import PaymentChoice, choose_payment
from vetrina.flows.checkout.completing import Accepted, submit
from vetrina.flows.customers import enrol_customer
from vetrina.flows.orders.whole import cancel_order
from vetrina.flows.quoting import CartQuote, quote_cart
from vetrina.kernel.context import Context
from vetrina.kernel.money import Money
from vetrina.ports import TaxableLine, TaxBuyer, TaxRequest
from vetrina.testing import Workshop
from vetrina.views.carts import cart_by_key
from vetrina.views.orders.placed import OrderView, order_by_id, order_tax_lines
from vetrina.views.payments.attempts import attempt_by_key
from vetrina.vocabulary import Address
from vetrina_tax.declarations import SoldInDoubt, ThresholdNear, check_ids, check_ledger, check_threshold
from vetrina_tax.flows.buyers import give_vat_id
from vetrina_tax.flows.ledger import book_orders, count_again
from vetrina_tax.flows.rates import end_exemption, exempt, write_rate
from vetrina_tax.flows.vies import ADDRESS, verdict_of
from vetrina_tax.models import TaxEntry
from vetrina_tax.provider import EuVat
from vetrina_tax.rules.numbers import VatId
from vetrina_tax.rules.rates import Rate
from vetrina_tax.settings import TaxSettings
from vetrina_tax.views import checks, entries_of, oss_report, quarter_of, threshold_in

BERLIN = Address(first_name="Eva", last_name="Muster", address1="Weg 1", city="Berlin", zip="10115", country="DE")
ZURICH = msgspec.structs.replace(BERLIN, city="Zürich", zip="8001", country="CH")
GERMAN = "DE136695976"
GIVE = """mutation ($cart: ID!, $id: String) { taxBuyerIdentityUpdate(cartId: $cart, vatId: $id) {
  vatId { vatId state } userErrors { code field } } }"""


@pytest.fixture
def plugins() -> list[str]:
    return ["tax"]


def vies(valid: object = True, *, status: int = 200, number: str = "136695976", **more: Any) -> Any:
    """VIES as it answered in November 2026, in the shape of its REST interface."""
    said = {
        "countryCode": "DE", "vatNumber": number, "requestDate": "2026-11-22T09:12:31.112Z", "valid": valid,
        "requestIdentifier": "WAPIAAAAZ4nqQ7rC", "name": "---", "address": "---", "traderName": "---",
    }  # fmt: skip

    def answer(request: httpx.Request) -> httpx.Response:
        return httpx.Response(status, json=said | more)

    return answer


DOWN = {"actionSucceed": False, "errorWrappers": [{"error": "MS_UNAVAILABLE"}]}


async def taxed(shop: Workshop, order: OrderView) -> list[tuple[int | None, int, int]]:
    return [(row.position, row.rate, row.amount) for row in await order_tax_lines(shop.db, [order.id])]


async def test_a_sale_at_home_keeps_its_total_and_says_its_tax(shop: Workshop) -> None:
    food = await shop.product("Bread", price="10.40", variant={"tax_class": "super_reduced"})
    lamp = await shop.product("Lamp", price="12.20")
    order = await shop.order(food, lamp)
    lines = await taxed(shop, order)
    assert order.total == 2_260 + order.delivery
    assert lines[:2] == [(0, 40_000, 40), (1, 220_000, 220)]
    assert {rate for position, rate, _ in lines if position is None} == {40_000, 220_000}
    assert sum(amount for *_, amount in lines) == order.tax
    said = order.tax_treatment
    assert said is not None
    assert (said["scheme"], said["country"], said["rounding"], said["mention"]) == ("domestic", "IT", "line", "")
    await shop.deliver()
    booked = await entries_of(shop.db, order.id)
    assert sum(entry.tax for entry in booked) == order.tax
    assert sum(entry.net + entry.tax for entry in booked) == order.total
    assert await check_ledger(shop.ctx) == []
    async with shop.ctx.tx() as session:
        await session.execute(update(TaxEntry).where(TaxEntry.rate == 40_000).values(tax=TaxEntry.tax + 1))
    assert order.name in (await check_ledger(shop.ctx))[0]
    await book_orders(shop.ctx, TaxSettings(), [order.id])
    assert await check_ledger(shop.ctx) == []


async def until_booked(shop: Workshop, order: OrderView) -> None:
    """The worker has booked the order; a busy machine may take it more than one turn."""
    for _ in range(5):
        await shop.deliver()
        if await entries_of(shop.db, order.id):
            return
    raise AssertionError(f"{order.name} is not booked")


async def test_the_threshold_is_crossed_once_and_the_report_says_what_orders_say(shop: Workshop) -> None:
    await shop.configure("tax", sold_elsewhere={str(shop.clock.now().year): "9900.00"})
    ware = await shop.product("Chair", price="61.00", stock=99)
    first = await shop.order(ware, address=BERLIN)
    assert first.tax_treatment is not None
    assert (first.tax_treatment["scheme"], {rate for _, rate, _ in await taxed(shop, first)}) == ("origin", {220_000})
    await until_booked(shop, first)
    second = await shop.order(ware, address=BERLIN)
    assert second.tax_treatment is not None
    assert (second.tax_treatment["scheme"], second.total) == ("oss", first.total)
    assert {rate for _, rate, _ in await taxed(shop, second)} == {190_000}
    await until_booked(shop, second)
    small = await shop.order(await shop.product("Pin", price="0.10"), address=BERLIN)
    assert small.tax_treatment is not None
    assert small.tax_treatment["scheme"] == "oss"
    await until_booked(shop, small)
    year, quarter = quarter_of(shop.clock.now()).split("-Q")
    report = await oss_report(shop.db, int(year), int(quarter))
    assert [(row.country, row.rate, row.orders) for row in report] == [("DE", 190_000, 2)]
    assert sum(row.tax for row in report) == second.tax + small.tax
    asked = "query ($y: Int!, $q: Int!) { taxOssReport(year: $y, quarter: $q) { csv lines { country rate tax } } }"
    told = (await shop.ask_admin(asked, y=int(year), q=int(quarter)))["taxOssReport"]
    assert told["lines"][0]["country"] == "DE"
    assert told["csv"].splitlines()[1].startswith(f"{year}-Q{quarter},DE,19,")
    settings = TaxSettings(sold_elsewhere={year: "9900.00"})  # pyright: ignore[reportArgumentType]
    with pytest.raises(ThresholdNear):
        await check_threshold(shop.ctx, settings)
    await check_threshold(shop.ctx, TaxSettings())
    before = await threshold_in(shop.db, int(year))
    async with shop.ctx.tx() as session:
        await session.execute(delete(TaxEntry))
    assert (await threshold_in(shop.db, int(year))).this_year == 0
    await count_again(shop.ctx)
    await shop.deliver()
    assert await threshold_in(shop.db, int(year)) == before


@pytest.mark.embedded
async def test_what_goes_abroad_or_to_the_exempt_bears_no_tax(shop: Workshop) -> None:
    livigno = Address(last_name="Rossi", address1="Via 1", city="Livigno", zip="23041", province="SO", country="IT")
    order = await shop.order(await shop.product("Lamp"), address=livigno)
    assert order.tax_treatment is not None
    assert (order.tax, order.tax_treatment["scheme"], order.tax_treatment["facts"]["nature"]) == (0, "export", "N3.1")
    assert "Article 146" in order.tax_treatment["mention"]
    card = await shop.product("Card", price="50.00", is_gift_card=True)
    sold = await shop.order(card)
    assert [position for position, *_ in await taxed(shop, sold)] == [None]  # its delivery alone


@pytest.mark.embedded
async def test_a_rate_of_the_shops_own_counts_from_its_day(shop: Workshop) -> None:
    today = shop.clock.now().date()
    later = today + timedelta(days=2)
    await write_rate(shop.ctx, Rate(country="IT", level="standard", rate=230_000, since=later))
    ware = await shop.product("Lamp", price="12.30")
    assert {rate for _, rate, _ in await taxed(shop, await shop.order(ware))} == {220_000}
    shop.clock.move(days=2)
    assert {rate for _, rate, _ in await taxed(shop, await shop.order(ware))} == {230_000}


async def cart_of(shop: Workshop) -> str:
    made = await shop.ask("mutation { cartCreate(input: {}) { cart { id } } }")
    return str(made["cartCreate"]["cart"]["id"])


async def given(shop: Workshop, cart: str, vat_id: str | None) -> Any:
    return (await shop.ask(GIVE, cart=cart, id=vat_id))["taxBuyerIdentityUpdate"]


async def test_a_buyer_gives_his_vat_id_and_vies_is_asked_once(shop: Workshop) -> None:
    asked = list[httpx.Request]()

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        return vies()(request)

    shop.outside(answer)
    cart = await cart_of(shop)
    for wrong in ("DE136695977", "nonsense", "IT00743110158", "x" * 300):
        assert (await given(shop, cart, wrong))["userErrors"] == [{"code": "VAT_ID_INVALID", "field": ["vatId"]}]
    assert asked == []
    for _ in range(3):
        assert await given(shop, cart, " de 136695976 ") == {
            "vatId": {"vatId": GERMAN, "state": "valid"}, "userErrors": [],
        }  # fmt: skip
    assert len(asked) == 1
    assert str(asked[0].url).endswith(ADDRESS.removeprefix("https://ec.europa.eu"))
    [check] = await checks(shop.db, size=5)
    assert (check.state, check.request_number, check.name) == ("valid", "WAPIAAAAZ4nqQ7rC", None)
    shown = await shop.ask("query ($id: ID!) { cart(id: $id) { taxVatId { vatId state } } }", id=cart)
    assert shown["cart"]["taxVatId"] == {"vatId": GERMAN, "state": "valid"}
    assert await given(shop, cart, None) == {"vatId": None, "userErrors": []}
    nobody = await given(shop, "gid://vetrina/Cart/00000000000000000000000000000000", GERMAN)
    assert nobody["userErrors"][0]["code"] == "NOT_FOUND"


@pytest.mark.embedded
@pytest.mark.parametrize("policy", ["accept", "charge"])
async def test_while_vies_is_down_the_shops_own_rule_counts_and_it_is_asked_again(shop: Workshop, policy: str) -> None:
    await shop.configure("tax", unanswered=policy)
    shop.outside(lambda request: httpx.Response(500, json=DOWN))
    ware = await shop.product("Lamp", price="12.20", stock=9)
    cart = await bought(shop, ware.variant_ids[0])
    assert (await given(shop, cart, GERMAN))["vatId"]["state"] == "unanswered"
    order = await ordered(shop, cart)
    said = order.tax_treatment
    assert said is not None
    expected = ("reverse_charge", 0) if policy == "accept" else ("origin", order.tax)
    assert (said["scheme"], order.tax) == expected
    assert (order.tax > 0) is (policy == "charge")
    if policy == "charge":
        return
    assert said["facts"]["vat_id_check"] == "unanswered"
    await shop.deliver(even_failing=True)
    shop.outside(vies(valid=False))
    shop.clock.move(minutes=20)
    await shop.deliver()
    assert [check.state for check in await checks(shop.db, size=2)] == ["invalid", "unanswered"]
    with pytest.raises(SoldInDoubt) as told:
        await check_ids(shop.ctx)
    assert order.name in str(told.value)
    shop.outside(vies())
    await give_vat_id(shop.ctx, TaxSettings(recheck_days=1), await fresh_cart(shop), GERMAN)


async def fresh_cart(shop: Workshop) -> str:
    return (await cart_of(shop)).rpartition("/")[2]


async def test_a_checked_business_abroad_pays_no_vat_at_home_it_does(shop: Workshop) -> None:
    shop.outside(vies())
    ware = await shop.product("Lamp", price="12.20", stock=9)
    cart = await bought(shop, ware.variant_ids[0])
    await given(shop, cart, GERMAN)
    order = await ordered(shop, cart)
    said = order.tax_treatment
    assert said is not None
    assert (order.tax, said["scheme"], said["vat_id"]) == (0, "reverse_charge", GERMAN)
    assert (said["facts"]["vat_id_request"], said["facts"]["nature"]) == ("WAPIAAAAZ4nqQ7rC", "N3.2")
    assert "Article 138" in said["mention"]
    again = (await shop.ask(GIVE, cart=cart, id=None))["taxBuyerIdentityUpdate"]
    assert [error["code"] for error in again["userErrors"]] == ["CART_IS_ORDERED"]
    at_home = await bought(shop, ware.variant_ids[0], country="IT")
    await given(shop, at_home, GERMAN)
    assert (await ordered(shop, at_home)).tax > 0


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (200, b"<html>"), (200, b"[]"), (200, b'{"valid": true}'), (503, b"{}"), (200, b'{"actionSucceed": false}'),
        (200, b'{"countryCode": "DE", "vatNumber": "999", "valid": true}'),
        (200, b'{"countryCode": "DE", "vatNumber": "136695976", "valid": "true"}'),
        (200, b'{"countryCode": "DE", "vatNumber": "136695976", "valid": 1}'),
        (200, b'{"actionSucceed": false, "errorWrappers": ["?"]}'),
    ],
)  # fmt: skip
def test_a_lying_vies_says_nothing(status: int, body: bytes) -> None:
    assert verdict_of(VatId("DE", "136695976"), status, body).state == "unanswered"
    honest = b'{"countryCode": "DE", "vatNumber": "136695976", "valid": true}'
    assert verdict_of(VatId("DE", "136695976"), 200, honest).state == "valid"


@pytest.mark.embedded
async def test_a_hanging_vies_is_waited_for_as_long_as_the_settings_say(shop: Workshop) -> None:
    hung = asyncio.Event()

    async def hang(request: httpx.Request) -> httpx.Response:
        hung.set()
        await asyncio.sleep(3_600)
        raise AssertionError

    shop.outside(hang)  # pyright: ignore[reportArgumentType]
    settings = TaxSettings().model_copy(update={"vies_seconds": 0.3})
    found = await give_vat_id(shop.buyer, settings, await fresh_cart(shop), GERMAN)
    assert hung.is_set()
    assert found is not None
    assert found.state == "unanswered"


@pytest.mark.embedded
async def test_who_tries_many_ids_for_a_cart_is_stopped(shop: Workshop) -> None:
    shop.outside(vies())
    cart = await cart_of(shop)
    ids = [*[GERMAN, "ATU13585627"] * 5, GERMAN, GERMAN]
    told = [(await given(shop, cart, vat_id))["userErrors"] for vat_id in ids]
    assert [bool(errors) for errors in told] == [False] * 10 + [True] * 2
    assert told[-1][0]["code"] == "THROTTLED"


async def bought(shop: Workshop, variant: int, country: str = "DE") -> str:
    """A cart to be sent there."""
    town = {"DE": ("Berlin", "10115"), "IT": ("Roma", "00185")}[country]
    address = {
        "lastName": "Muster", "address1": "Weg 1", "city": town[0], "zip": town[1], "countryCode": country,
    }  # fmt: skip
    given: dict[str, Any] = {
        "lines": [{"merchandiseId": f"gid://vetrina/ProductVariant/{variant}"}],
        "buyerIdentity": {"email": "eva@muster.example", "countryCode": country},
        "delivery": {"addresses": [{"selected": True, "address": {"deliveryAddress": address}}]},
    }
    text = "mutation ($i: CartInput) { cartCreate(input: $i) { cart { id } userErrors { code } } }"
    made = (await shop.ask(text, i=given))["cartCreate"]
    assert made["userErrors"] == []
    return str(made["cart"]["id"])


async def quoted(ctx: Context, key: str) -> CartQuote:
    cart = await cart_by_key(ctx.db, key)
    assert cart is not None
    return await quote_cart(ctx, cart)


async def ordered(shop: Workshop, cart: str) -> OrderView:
    """The order a cart becomes."""
    ctx, key = shop.buyer, cart.rpartition("/")[2]
    [group] = (await quoted(ctx, key)).groups
    assert (await select_delivery_options(ctx, key, [DeliveryChoice(group.key, group.options[0].handle)])).errors == ()
    found = await quoted(ctx, key)
    method = found.methods[0]
    amount = Money(method.amount, found.quote.currency)
    choice = PaymentChoice(amount=amount, alternatives=("provider_payment_method",), handle=method.handle)
    assert (await choose_payment(ctx, key, choice)).errors == ()
    answer = await submit(ctx, key, "token")
    assert isinstance(answer, Accepted), answer
    attempt = await attempt_by_key(ctx.db, answer.attempt_key)
    assert attempt is not None
    assert attempt.order_id is not None
    order = await order_by_id(ctx.db, attempt.order_id)
    assert order is not None
    return order


@pytest.mark.embedded
async def test_an_exempt_customer_and_a_shop_that_keeps_its_net_prices(shop: Workshop) -> None:
    await shop.configure("tax", prices="net", distance_sales="always")
    ware = await shop.product("Lamp", price="12.20", stock=9)
    budapest = msgspec.structs.replace(BERLIN, city="Budapest", zip="1011", country="HU")
    order = await shop.order(ware, address=budapest)
    assert (order.subtotal, {rate for _, rate, _ in await taxed(shop, order)}) == (1_270, {270_000})
    assert (await shop.order(ware)).subtotal == 1_220
    customer = await enrol_customer(
        shop.ctx, "embassy@example.org", "a long enough password", first_name="The", last_name="Embassy"
    )
    await exempt(shop.ctx, customer, "Exempt, Article 151 of Directive 2006/112/EC.", None)
    request = TaxRequest(
        currency="EUR", country="IT", province=None, zip=None, prices_include_tax=True, at=shop.clock.now(),
        lines=(TaxableLine(key=1, amount=1_220, quantity=1, tax_class="standard"),), ships_from="IT",
        buyer=TaxBuyer(customer_id=customer),
    )  # fmt: skip
    vat = EuVat(TaxSettings())
    free = await vat.tax(shop.ctx, request)
    assert free.treatment is not None
    assert (free.treatment.scheme, free.lines[0].amount) == ("exempt", 0)
    assert free.treatment.mention == "Exempt, Article 151 of Directive 2006/112/EC."
    await end_exemption(shop.ctx, customer)
    assert (await vat.tax(shop.ctx, request)).lines[0].amount == 220


async def test_a_cancelled_order_leaves_the_books_as_if_it_had_never_been(shop: Workshop) -> None:
    order = await shop.order(await shop.product("Lamp", price="61.00"), address=BERLIN, paid=False)
    await shop.deliver()
    year = shop.clock.now().year
    assert (await threshold_in(shop.db, year)).this_year > 5_000
    await cancel_order(shop.ctx, order.id, "OTHER")
    await shop.deliver()
    assert {entry.reference for entry in await entries_of(shop.db, order.id)} == {"sale", "cancelled"}
    assert (await threshold_in(shop.db, year)).this_year == 0
