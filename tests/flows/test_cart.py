"""A cart is opened whole or not at all, knows its buyer, is copied without him, and forgets him."""

from datetime import timedelta
from math import inf, nan
from typing import Any

import msgspec
import pytest
from sqlalchemy import func, select
from tests.support.carts import ROME, contents, opened, quoted, ready, stored, told
from tests.support.wares import translated, ware

from vetrina.flows.cart.addresses import AddressInput
from vetrina.flows.cart.carts import (
    NewCart,
    clone_cart,
    create_cart,
    remove_personal_data,
    update_attributes,
    update_note,
)
from vetrina.flows.cart.fitting import LineInput
from vetrina.flows.cart.identity import Identity, update_buyer_identity
from vetrina.flows.cart.lines import add_lines
from vetrina.flows.cart.metafields import delete_metafield, set_metafields
from vetrina.kernel.context import Context
from vetrina.shop.cart.models import Cart
from vetrina.shop.cart.service import new_cart
from vetrina.shop.checkout.models import Attempt
from vetrina.shop.metafields.rules import Entry
from vetrina.views.carts import cart_addresses
from vetrina.vocabulary import Address, Attribute

NOTE = Entry(namespace="custom", key="gift_note", type="single_line_text_field", value="Auguri")


async def test_a_cart_is_opened_with_everything(ctx: Context) -> None:
    oil = await ware(ctx)
    outcome = await create_cart(
        ctx,
        NewCart(
            lines=(LineInput(variant_id=oil, quantity=2),),
            identity=Identity(
                email=" anna@rossi.example ", phone="+39 06 1234567", country="GB", preferences={"wallet": []}
            ),
            note="Ring twice",
            attributes=(Attribute("from", "newsletter"),),
            discount_codes=("Summer",),
            addresses=(AddressInput(address=ROME),),
            metafields=(NOTE,),
        ),
    )
    assert outcome.errors == ()
    assert outcome.cart_key is not None
    cart = await stored(ctx, outcome.cart_key)
    assert cart == outcome.cart
    assert (cart.email, cart.country, cart.note) == ("anna@rossi.example", "GB", "Ring twice")
    assert (cart.attributes, cart.discount_codes) == ([{"key": "from", "value": "newsletter"}], ["Summer"])
    assert await contents(ctx, cart.key) == [(oil, 2)]
    [address] = await cart_addresses(ctx.db, [cart.id])
    assert (address.address["city"], address.is_selected) == ("Roma", True)


async def test_carts_are_known_by_secrets_of_128_bits(ctx: Context) -> None:
    keys = {await opened(ctx) for _ in range(3)}
    assert len(keys) == 3
    assert all(len(key) == 32 and int(key, 16) >= 0 for key in keys)


@pytest.mark.parametrize(
    ("wrong", "expected"),
    [
        ({"lines": (LineInput(variant_id=999),)}, ("INVALID", "input.lines.0.merchandise_id")),
        ({"note": "x" * 5_001}, ("INVALID", "input.note")),
        ({"note": "\0"}, ("INVALID", "input.note")),
        ({"attributes": (Attribute("\ud800", ""),)}, ("INVALID", "input.attributes.0.key")),
        ({"discount_codes": ("x" * 256,)}, ("INVALID", "input.discount_codes.0")),
        ({"identity": Identity(email="anna")}, ("INVALID", "input.buyer_identity.email")),
        ({"addresses": (AddressInput(address=Address(city="<b>")),)},
         ("ADDRESS_FIELD_CONTAINS_HTML_TAGS", "input.delivery.addresses.0.address.delivery_address.city")),
        ({"metafields": (Entry(namespace="a", key="b", type="nonsense", value="x"),)},
         ("INVALID", "input.metafields.0.type")),
    ],
)  # fmt: skip
async def test_with_anything_wrong_no_cart_is_opened(
    ctx: Context, wrong: dict[str, Any], expected: tuple[str, str]
) -> None:
    outcome = await create_cart(ctx, NewCart(**wrong))
    assert (outcome.cart, told(outcome)) == (None, [expected])
    assert await ctx.db.value(select(func.count()).select_from(Cart)) == 0


async def test_the_note_and_attributes_are_replaced(ctx: Context) -> None:
    key = await opened(ctx, note="old", attributes=(Attribute("a", "1"),))
    await update_note(ctx, key, " new\nlines ")
    await update_attributes(ctx, key, [Attribute("b", "2")])
    cart = await stored(ctx, key)
    assert (cart.note, cart.attributes, cart.version) == ("new\nlines", [{"key": "b", "value": "2"}], 3)
    assert told(await update_note(ctx, key, "x" * 5_001)) == [("INVALID", "note")]
    await update_note(ctx, key, "")
    assert (await stored(ctx, key)).note == ""


async def test_another_country_means_another_price_in_another_currency(ctx: Context) -> None:
    oil = await ware(ctx)
    key = await opened(ctx, oil)
    assert (await quoted(ctx, key)).quote.subtotal == 1_000
    await update_buyer_identity(ctx, key, Identity(country="US"))
    quote = await quoted(ctx, key)
    assert (quote.quote.currency, quote.quote.subtotal, quote.quote.prices_include_tax) == ("USD", 1_200, False)


async def test_a_country_the_shop_does_not_sell_to_is_the_default_one(ctx: Context) -> None:
    key = await opened(ctx)
    await update_buyer_identity(ctx, key, Identity(country="JP"))
    assert (await stored(ctx, key)).country == "IT"


async def test_what_an_identity_does_not_mention_stays_and_null_forgets(ctx: Context) -> None:
    key = await ready(ctx)
    await update_buyer_identity(ctx, key, Identity(phone="06 1234567"))
    assert ((await stored(ctx, key)).email, (await stored(ctx, key)).phone) == ("anna@rossi.example", "06 1234567")
    await update_buyer_identity(ctx, key, Identity(email=None))
    assert ((await stored(ctx, key)).email, (await stored(ctx, key)).phone) == (None, "06 1234567")


@pytest.mark.parametrize(
    ("identity", "expected"),
    [
        (Identity(email="a@b"), ("INVALID", "buyer_identity.email")),
        (Identity(phone="call me"), ("INVALID", "buyer_identity.phone")),
        (Identity(customer_token="t"), ("INVALID", "buyer_identity.customer_access_token")),
        (Identity(company_location="gid://x"), ("INVALID_COMPANY_LOCATION", "buyer_identity.company_location_id")),
        (Identity(preferences={"wallet": ["x" * 6_000]}), ("INVALID", "buyer_identity.preferences")),
        (Identity(preferences={"wallet": ["\ud800"]}), ("INVALID", "buyer_identity.preferences")),
        (Identity(preferences={"delivery": {"latitude": -inf}}), ("INVALID", "buyer_identity.preferences")),
        (Identity(preferences={"delivery": {"latitude": nan}}), ("INVALID", "buyer_identity.preferences")),
    ],
)
async def test_an_identity_that_cannot_be_is_refused(
    ctx: Context, identity: Identity, expected: tuple[str, str]
) -> None:
    key = await ready(ctx)
    before = await stored(ctx, key)
    assert told(await update_buyer_identity(ctx, key, identity)) == [expected]
    assert await stored(ctx, key) == before


async def test_a_cart_speaks_its_own_language(ctx: Context) -> None:
    oil = await ware(ctx, "Oil")
    await translated(ctx, oil, "it", "Olio")
    there = msgspec.structs.replace(ctx, place=msgspec.structs.replace(ctx.place, language="it"))
    key = await opened(there, oil)
    assert (await quoted(ctx, key)).lines[0].product_title == "Olio"


async def test_a_copy_has_the_goods_and_nothing_personal(ctx: Context) -> None:
    oil = await ware(ctx)
    key = await ready(
        ctx, oil, note="for Anna", attributes=(Attribute("from", "x"),), discount_codes=("Ten",), metafields=(NOTE,)
    )
    outcome = await clone_cart(ctx, key)
    assert outcome.cart is not None
    assert outcome.cart.key != key
    assert await contents(ctx, outcome.cart.key) == [(oil, 1)]
    copy = await stored(ctx, outcome.cart.key)
    assert copy == outcome.cart
    assert (copy.email, copy.note, copy.payment, copy.version) == (None, "", None, 1)
    assert (copy.attributes, copy.discount_codes) == ([], ["Ten"])
    assert await cart_addresses(ctx.db, [copy.id]) == []
    assert (await delete_metafield(ctx, copy.key, "custom", "gift_note")).errors == ()
    assert told(await clone_cart(ctx, "0" * 32)) == [("INVALID", "cart_id")]


async def test_personal_data_is_forgotten_and_the_goods_stay(ctx: Context) -> None:
    oil = await ware(ctx)
    key = await ready(ctx, oil, note="for Anna", attributes=(Attribute("wrapping", "Anna, 30 years"),))
    outcome = await remove_personal_data(ctx, key)
    assert outcome.errors == ()
    cart = await stored(ctx, key)
    assert (cart.email, cart.note, cart.attributes, cart.billing_address, cart.version) == (None, "", [], None, 2)
    assert await cart_addresses(ctx.db, [cart.id]) == []
    assert await contents(ctx, key) == [(oil, 1)]
    await remove_personal_data(ctx, key)
    assert (await stored(ctx, key)).version == 2


async def test_metafields_are_set_and_deleted(ctx: Context) -> None:
    key = await opened(ctx)
    outcome = await set_metafields(
        ctx, key, [NOTE, Entry(namespace="custom", key="n", type="number_integer", value="7")]
    )
    assert [(row.key, row.value) for row in outcome.metafields] == [("gift_note", "Auguri"), ("n", "7")]
    assert (await stored(ctx, key)).version == 2
    await set_metafields(ctx, key, [NOTE])
    assert (await stored(ctx, key)).version == 2
    deleted = await delete_metafield(ctx, key, "custom", "n")
    assert deleted.deleted_id == outcome.metafields[1].id
    again = await delete_metafield(ctx, key, "custom", "n")
    assert [(problem.code, problem.field) for problem in again.errors] == [
        ("METAFIELD_DOES_NOT_EXIST", ("input", "key"))
    ]


@pytest.mark.parametrize(
    ("entry", "code"),
    [
        (Entry(namespace="custom", key="n", type="number_integer", value="seven"), "INVALID_VALUE"),
        (Entry(namespace="custom", key="n", type="nonsense", value="7"), "INVALID_TYPE"),
    ],
)
async def test_a_metafield_that_cannot_be_is_refused(ctx: Context, entry: Entry, code: str) -> None:
    key = await opened(ctx)
    outcome = await set_metafields(ctx, key, [NOTE, entry])
    assert [problem.code for problem in outcome.errors] == [code]
    assert (await stored(ctx, key)).version == 1
    assert [problem.code for problem in (await set_metafields(ctx, "0" * 32, [NOTE])).errors] == ["INVALID_OWNER"]


async def test_an_ordered_cart_is_gone_for_the_buyer(ctx: Context) -> None:
    async with ctx.tx() as session:
        values = new_cart(key="a" * 32, country="IT", language="en", at=ctx.now()) | {"state": "ordered"}
        await session.insert(Cart, **values)
    for outcome in (await update_note(ctx, "a" * 32, "x"), await clone_cart(ctx, "a" * 32)):
        assert (outcome.cart, told(outcome), outcome.errors[0].reason) == (
            None, [("INVALID", "cart_id")], "CART_ORDERED",
        )  # fmt: skip


async def test_a_cart_that_is_being_ordered_does_not_change(ctx: Context) -> None:
    oil = await ware(ctx)
    key = await opened(ctx, oil)
    cart = await stored(ctx, key)
    async with ctx.tx() as session:
        await session.insert(
            Attempt, key="b" * 32, cart_id=cart.id, token_hash="t", state="open", snapshot={}, order_id=None,
            error_code=None, error_reason=None, expires_at=ctx.now() + timedelta(minutes=15), created_at=ctx.now(),
            decided_at=None,
        )  # fmt: skip
    outcome = await add_lines(ctx, key, [LineInput(variant_id=oil)])
    assert (told(outcome), outcome.errors[0].reason) == ([("INVALID", "cart_id")], "ATTEMPT_IN_PROGRESS")
    assert outcome.cart == await stored(ctx, key) == cart
    assert (await clone_cart(ctx, key)).errors == ()
