"""Discounts and gift cards through their doors: the admin's pages, its API, and the storefront's documents."""

import re
from typing import Any

import pytest
from tests.support.managers import Manager, signed_in

from vetrina.kernel.money import Money
from vetrina.testing.shop import Workshop
from vetrina_admin.pages.asking import SESSION, cookie_name
from vetrina_promotions.demo import CARD, show_off
from vetrina_promotions.flows.cards import issue_card
from vetrina_promotions.views.cards import card_list, entries_of
from vetrina_promotions.views.promotions import promotion_list, promotions_by_id

pytestmark = pytest.mark.embedded
READS = ("promotions.read", "promotions.cards.read", "shop.read")
WRITES = (*READS, "promotions.write", "promotions.cards.write")
LINE = "lines(first: 5) { nodes { discountAllocations { ...off } } }"
OFF = """fragment off on CartDiscountAllocation {
    __typename targetType discountedAmount { amount } discountApplication { allocationMethod targetSelection
    value { ... on PricingPercentageValue { percentage } ... on MoneyV2 { amount } } }
    ... on CartCodeDiscountAllocation { code } ... on CartAutomaticDiscountAllocation { title } }"""
CART = f"""id cost {{ subtotalAmount {{ amount }} totalAmount {{ amount }} amountDue {{ amount }} }}
    discountCodes {{ code applicable }} discountAllocations {{ ...off }} {LINE}
    appliedGiftCards {{ lastCharacters balance {{ amount }} }} priceExplanation {{ kind label amount {{ amount }} }}"""
CREATE = f"""mutation ($lines: [CartLineInput!], $codes: [String!]) {{ cartCreate(input: {{ lines: $lines,
    discountCodes: $codes }}) {{ cart {{ {CART} }} warnings {{ code }} userErrors {{ code message }} }} }} {OFF}"""
DISCOUNT = "discount { id status summary codeCount results { orders amount } } userErrors { code field message }"


@pytest.fixture
def plugins() -> list[str]:
    return ["promotions"]


@pytest.fixture
def shop_url() -> None:
    """A file of its own is enough: flows are tried on both engines elsewhere."""


async def manager(shop: Workshop, *permissions: str, language: str = "en") -> Manager:
    """Somebody at the admin who may this, over https as the shop's address says."""
    await shop.answer()
    boss = await signed_in(shop.ctx, shop.site, *permissions, language=language, email=f"{language}@shop.test")
    secret = boss.client.cookies.get(SESSION) or ""
    boss.client.cookies.set(cookie_name(shop.site, SESSION), secret, domain="shop.test", path="/")
    return boss


async def test_a_manager_makes_a_discount_of_each_kind(shop: Workshop) -> None:
    oil = await shop.product("Oil", price="20.00")
    boss = await manager(shop, *WRITES)
    page = await boss.open("/admin/promotions/discounts")
    assert {f"/admin/promotions/discounts/new/{kind}" for kind in ("products", "order", "buy-get", "shipping")} <= set(
        page.links
    )
    made: dict[str, dict[str, Any]] = {
        "products": {"f.title": "Oil week", "f.value": "percentage", "f.off": "15", "f.products": "/products/oil"},
        "order": {"f.title": "Welcome", "f.code": "HELLO", "f.value": "amount", "f.off": "5", "f.minimum": "subtotal",
                  "f.least": "30", "f.customers": "first_order", "f.combines": ["product"]},
        "buy-get": {"f.title": "3x2", "f.buys_quantity": "2", "f.gets_quantity": "1"},
        "shipping": {"f.title": "Free", "f.minimum": "subtotal", "f.least": "60"},
    }  # fmt: skip
    for kind, fields in made.items():
        await boss.open(f"/admin/promotions/discounts/new/{kind}")
        await boss.send(f"new/{kind}", **fields)
        assert "The discount is there." in boss.page.words, boss.page.wrong
    page = await boss.open("/admin/promotions/discounts")
    for sentence in (
        "15% off Oil, applied by itself, never together with another discount.",
        "€5.00 off the whole order, from €30.00 spent, on a first order, with a code, together with",
        "Buy 2 of anything, get 1 of anything free, applied by itself",
        "Free delivery, from €60.00 spent",
    ):
        assert sentence in page.words
    rows = await promotion_list(shop.db, now=shop.ctx.now(), size=9)
    assert [row.known_terms().scope.product_ids for row in rows][-1] == (oil.product_id,)
    welcome = next(row for row in rows if row.title == "Welcome")
    path = f"/admin/promotions/discounts/{welcome.id}"
    await boss.open(path)
    form = next(form for form in boss.page.forms if form.fields.get("action") == "change-order")
    sent = form.fields | {"f.off": "7.50", "f.title": "Welcome back"}
    await boss.post(path, {**sent, "f.combines": ["product"]})
    assert ((await terms(shop, welcome.id)).off, (await terms(shop, welcome.id)).least_subtotal) == (750, 3_000)
    await boss.open(path)
    draw = next(form for form in boss.page.forms if form.fields.get("action") == "draw-codes")
    await boss.post(path, draw.fields | {"f.count": "30", "f.prefix": "W-"})
    assert "30 codes are drawn." in boss.page.words
    page = await boss.open("/admin/promotions/discounts?text=hello&status=active")
    assert "Welcome back" in page.words
    assert "3x2" not in page.words


async def terms(shop: Workshop, promotion_id: int) -> Any:
    return (await promotions_by_id(shop.db, [promotion_id]))[promotion_id].known_terms()


async def test_what_makes_no_sense_is_said_at_its_field_and_readers_only_read(shop: Workshop) -> None:
    boss = await manager(shop, *WRITES)
    await boss.open("/admin/promotions/discounts/new/products")
    await boss.send("new/products", **{"f.title": "X", "f.off": "10", "f.products": "nothing-like-it"})
    assert (boss.answer.status_code, boss.page.wrong) == (422, ["f.products"])
    assert "Aggiungi uno scaglione" in (await boss.open("/admin/promotions/discounts/new/order?lang=it")).words
    await boss.client.aclose()
    await show_off(shop.ctx)
    reader = await manager(shop, *READS, language="it")
    page = await reader.open("/admin/promotions/discounts")
    assert "Spedizione gratuita, da 60,00 € di spesa" in page.words.replace("\xa0", " ")
    assert not any("/new/" in link for link in page.links)
    assert (await reader.open("/admin/promotions/cards")).words.count("•••• ") == 2
    for path in (
        "/admin/promotions/discounts/new/order",
        "/admin/promotions/discounts/999",
        "/admin/promotions/cards/x",
    ):
        assert (await reader.get(path)).status_code in (403, 404)


async def test_a_card_is_issued_once_shown_and_told_by_its_ledger(shop: Workshop) -> None:
    boss = await manager(shop, *WRITES)
    await boss.open("/admin/promotions/cards")
    form = next(form for form in boss.page.forms if form.fields.get("action") == "issue")
    await boss.post("/admin/promotions/cards", form.fields | {"f.amount": "25", "f.note": "for Bea"})
    [card] = await card_list(shop.db, now=shop.ctx.now(), size=2)
    assert f"-{card.tail}" in boss.page.html.replace("\n", "")
    page = await boss.open(f"/admin/promotions/cards/{card.id}")
    assert f"-{card.tail}" not in page.html, "only once"
    assert re.search(r'class="crumbs".*?href="/admin/promotions/cards"', page.html, re.S), "it stands below the cards"
    adjust = next(form for form in page.forms if form.fields.get("action") == "adjust")
    await boss.post(f"/admin/promotions/cards/{card.id}", adjust.fields | {"f.amount": "-5", "f.note": "a mistake"})
    assert "a mistake" in boss.page.words
    assert [one.amount for one in (await entries_of(shop.db, [card.id]))[card.id]] == [2_500, -500]


async def test_carts_show_what_discounts_and_cards_do(shop: Workshop) -> None:
    await show_off(shop.ctx)
    oil = await shop.product("Oil", price="50.00")
    lines = [{"merchandiseId": f"gid://vetrina/ProductVariant/{oil.variant_ids[0]}", "quantity": 1}]
    made = (await shop.ask(CREATE, lines=lines, codes=["benvenuto10", "NONE"]))["cartCreate"]
    cart = made["cart"]
    assert (made["userErrors"], [one["code"] for one in made["warnings"]]) == ([], ["DISCOUNT_NOT_FOUND"])
    assert [code["applicable"] for code in cart["discountCodes"]] == [True, False]
    [off] = cart["lines"]["nodes"][0]["discountAllocations"]
    assert (off["__typename"], off["code"]) == ("CartCodeDiscountAllocation", "benvenuto10")
    assert off["discountedAmount"] == {"amount": "5.0"}
    assert (off["targetType"], off["discountApplication"]["allocationMethod"]) == ("LINE_ITEM", "ACROSS")
    added = await shop.ask(
        f"""mutation ($id: ID!, $codes: [String!]!) {{ cartGiftCardCodesAdd(cartId: $id, giftCardCodes: $codes) {{
            cart {{ {CART} }} warnings {{ code }} }} }} {OFF}""",
        id=cart["id"], codes=[CARD.lower(), "WRONG"],
    )  # fmt: skip
    cart = added["cartGiftCardCodesAdd"]["cart"]
    assert [one["code"] for one in added["cartGiftCardCodesAdd"]["warnings"]] == ["PAYMENTS_GIFT_CARDS_UNAVAILABLE"]
    assert [card["lastCharacters"] for card in cart["appliedGiftCards"]] == ["2026"]
    steps = [(step["kind"], step["label"], step["amount"]["amount"]) for step in cart["priceExplanation"]]
    assert steps[0] == ("LINE", "1 × Oil", "50.0")
    assert steps[-1] == ("REDEMPTION", "2026", "-45.0")
    assert (cart["cost"]["totalAmount"]["amount"], cart["cost"]["amountDue"]["amount"]) == ("45.0", "0.0")


async def test_programs_do_the_same_and_orders_tell_results_and_cards(shop: Workshop) -> None:
    made = await shop.ask_admin(
        f"""mutation {{ promotionsDiscountCreate(input: {{ title: "Ten", kind: ORDER, code: "TEN", percentage: "10",
            usageLimit: 3, combines: [SHIPPING] }}) {{ {DISCOUNT} }} }}"""
    )
    discount = made["promotionsDiscountCreate"]["discount"]
    assert (discount["status"], discount["codeCount"]) == ("ACTIVE", 1)
    assert discount["summary"].startswith("10% off the whole order, with a code")
    wrong = await shop.ask_admin(
        f'mutation {{ promotionsDiscountCreate(input: {{ title: "X", kind: ORDER, amount: "5" }}) {{ {DISCOUNT} }} }}'
    )
    [error] = wrong["promotionsDiscountCreate"]["userErrors"]
    assert error["field"] == ["input", "currency"]
    gift = await shop.product("Gift card", price="30.00", is_gift_card=True, variant={"requires_shipping": False})
    oil = await shop.product("Oil", price="50.00")
    order = await shop.order(oil, gift, codes=("TEN",))
    assert order.discount == 500, "a tenth of the oil; gift cards are money"
    await shop.deliver()
    assert await shop.deliver() == 0
    told = await shop.ask_admin(
        '{ promotionsDiscounts(first: 5, query: "ten") { nodes { title uses results { orders amount sales } } }'
        " promotionsGiftCards(first: 5) { nodes { state balance issued ledger { kind amount } } } }"
    )
    assert told["promotionsDiscounts"]["nodes"][0]["results"][0]["amount"] == "5.0"
    assert told["promotionsGiftCards"]["nodes"] == [
        {"state": "active", "balance": "30.0", "issued": "30.0", "ledger": [{"kind": "issue", "amount": 3_000}]}
    ]
    from vetrina.views.orders.placed import order_token

    seen = await shop.ask(
        """query ($token: String!) { orderByToken(token: $token) { priceExplanation { kind }
            discountApplications(first: 3) { nodes { __typename ... on DiscountCodeApplication { code } } }
            promotionsGiftCards { code balance lastCharacters } } }""",
        token=order_token(shop.ctx, order.key),
    )
    [card] = seen["orderByToken"]["promotionsGiftCards"]
    assert (card["balance"], card["code"][-4:]) == ("30.0", card["lastCharacters"])
    assert seen["orderByToken"]["discountApplications"]["nodes"][0]["code"] == "TEN"
    paid = await shop.order(oil, cards=(card["code"],))
    assert paid.redeemed == 3_000
    issued = await issue_card(shop.ctx, Money(100, "EUR"))
    ended = await shop.ask_admin(
        f"""mutation {{ promotionsGiftCardDisable(id: "gid://vetrina/PromotionsGiftCard/{issued.card_id}") {{
            giftCard {{ state }} userErrors {{ code }} }} }}"""
    )
    assert ended["promotionsGiftCardDisable"]["giftCard"]["state"] == "disabled"
