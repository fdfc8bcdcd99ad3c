"""Open a cart, write its note, attributes and buyer, copy it, forget whose it was."""

from collections.abc import Sequence
from typing import Any

import msgspec

from vetrina.flows.cart.addresses import AddressInput, checked_addresses, chosen, with_kept
from vetrina.flows.cart.changes import (
    CartOutcome,
    CartRefused,
    Changed,
    Edit,
    change_cart,
    no_cart,
    outcome_of,
    problems_told,
    refusable,
    repeated,
)
from vetrina.flows.cart.codes import count_guesses, known_cards, may_guess
from vetrina.flows.cart.fitting import Fit, LineInput, fit_added, fit_of, line_of, write_fit
from vetrina.flows.cart.identity import Identity, identity_columns
from vetrina.flows.cart.metafields import checked_entries, entries_of
from vetrina.flows.quoting import place_of
from vetrina.kernel.context import Context
from vetrina.kernel.crypto import draw_key
from vetrina.kernel.errors import BadInput
from vetrina.kernel.texts import text
from vetrina.shop.cart import service as carts
from vetrina.shop.cart.models import Cart
from vetrina.shop.cart.rules import (
    MOST_CODES,
    NOTE_LIMIT,
    checked_attributes,
    checked_codes,
)
from vetrina.shop.metafields import service as metafields
from vetrina.shop.metafields.rules import Entry
from vetrina.views.carts import CartAddressRow, CartParts, CartRow, cart_by_key
from vetrina.views.catalog.merchandise import cart_line_facts, spoken_lines
from vetrina.vocabulary import Attribute, CartState

Path = tuple[str, ...]


class NewCart(msgspec.Struct, frozen=True, kw_only=True):
    """Everything a cart may be opened with."""

    lines: tuple[LineInput, ...] = ()
    identity: Identity = Identity()
    note: str = ""
    attributes: tuple[Attribute, ...] = ()
    discount_codes: tuple[str, ...] = ()
    gift_card_codes: tuple[str, ...] = ()
    addresses: tuple[AddressInput, ...] = ()
    metafields: tuple[Entry, ...] = ()


async def create_cart(ctx: Context, new: NewCart) -> CartOutcome:
    """Open a cart where the request is made, or in the country the buyer names. With errors no cart is opened."""
    try:
        return await repeated(ctx) or await _created(ctx, new)
    except (CartRefused, BadInput) as refused:
        return CartOutcome(cart=None, errors=problems_told(refused))


@refusable
async def update_note(ctx: Context, key: str, note: str) -> CartOutcome:
    """Write the cart's note; an empty one forgets it."""
    written = text(note, field=("note",), limit=NOTE_LIMIT)

    async def change(edit: Edit) -> None:
        edit.set(note=written)

    return await change_cart(ctx, key, change)


@refusable
async def update_attributes(ctx: Context, key: str, attributes: Sequence[Attribute]) -> CartOutcome:
    """Replace the cart's attributes."""
    written = plain_attributes(checked_attributes(attributes, ("attributes",)))

    async def change(edit: Edit) -> None:
        edit.set(attributes=written)

    return await change_cart(ctx, key, change)


@refusable
async def remove_personal_data(ctx: Context, key: str) -> CartOutcome:
    """Forget who the buyer is: identity, addresses, payment, and what may say so: note and attributes.

    Lines stay with their attributes, which say what is to be made; codes and metafields stay too.
    """

    async def change(edit: Edit) -> None:
        edit.set(
            email=None,
            phone=None,
            customer_id=None,
            preferences=None,
            consent=None,
            note="",
            attributes=[],
            billing_address=None,
            payment=None,
        )
        if await carts.forget_addresses(edit.session, edit.cart.id):
            edit.touch()

    return await change_cart(msgspec.structs.replace(ctx, consent=None), key, change)


@refusable
async def clone_cart(ctx: Context, key: str) -> CartOutcome:
    """Open another cart with the same lines, metafields and discount codes; nothing personal goes along.

    Note and attributes of the cart are free text in which anybody may have written who he is: they stay behind.
    """
    original = await cart_by_key(ctx.db, key)
    if original is None or original.state != CartState.OPEN:
        raise CartRefused(no_cart("CART_ORDERED" if original else "CART_NOT_FOUND"))
    place = await place_of(ctx, original.country, original.language, ctx.db)
    facts = await cart_line_facts(ctx.db, original.id, place)
    lines = tuple(msgspec.structs.replace(line_of(row), id=None) for row in facts)
    entries = await entries_of(ctx.db, original.id)
    columns = carts.new_cart(
        key=draw_key(),
        country=original.country,
        language=original.language,
        at=ctx.now(),
        discount_codes=original.discount_codes,
        consent=ctx.consent,
    )
    async with ctx.tx() as session:
        cart_id = await session.insert(Cart, **columns)
        fit = fit_of((), lines, {row.variant_id: row for row in facts})
        written = await write_fit(session, cart_id, fit, ctx.now())
        await metafields.set_first_metafields(session, "Cart", [(cart_id, entries)], ctx.now())
        cloned = session.outcome = Changed(cart=CartRow(id=cart_id, **columns))
    there = msgspec.structs.replace(ctx, place=place)
    parts = CartParts(lines=await spoken_lines(there, written.lines), addresses=())
    return await outcome_of(ctx, cloned, parts)


def plain_attributes(attributes: Sequence[Attribute]) -> list[dict[str, str | None]]:
    """Attributes as the database keeps them."""
    return [{"key": attribute.key, "value": attribute.value} for attribute in attributes]


async def _created(ctx: Context, new: NewCart) -> CartOutcome:
    columns: dict[str, Any] = {"country": ctx.place.country, "language": ctx.place.language}
    columns["consent"] = ctx.consent
    if ctx.actor.kind == "buyer":
        columns["customer_id"] = ctx.actor.id  # whoever is signed in; nobody otherwise
    columns |= await identity_columns(ctx, new.identity, ("input", "buyer_identity"))
    place = await place_of(ctx, columns["country"], columns["language"], ctx.db)
    columns |= _written(new)
    await may_guess(ctx, ctx.db, columns["discount_codes"])
    columns["gift_card_codes"], cautions = await known_cards(
        ctx, place.country, place.language, new.gift_card_codes, ("input", "gift_card_codes")
    )
    # Whose it is has just been proven, by a token or by the session.
    kept = await with_kept(ctx.db, columns.get("customer_id"), new.addresses)
    addresses = chosen(checked_addresses(kept, place.country, ("input", "delivery", "addresses")), has_selected=False)
    entries = checked_entries(ctx, new.metafields, ("input", "metafields"))
    fit = await fit_added(ctx.db, ctx, place, (), new.lines, ("input", "lines")) if new.lines else Fit()
    row = carts.new_cart(key=draw_key(), at=ctx.now(), **columns)
    async with ctx.tx() as session:
        cart_id = await session.insert(Cart, **row)
        written = await write_fit(session, cart_id, fit, ctx.now())
        stored = await carts.add_addresses(session, cart_id, addresses)
        await metafields.set_first_metafields(session, "Cart", [(cart_id, entries)], ctx.now())
        opened = session.outcome = Changed(
            cart=CartRow(id=cart_id, **row),
            warnings=(*cautions, *written.cautions),
            needs_quote=bool(row["discount_codes"]),
        )
    lines = await spoken_lines(msgspec.structs.replace(ctx, place=place), written.lines)
    parts = CartParts(lines=lines, addresses=tuple(CartAddressRow(*address) for address in stored))
    outcome = await outcome_of(ctx, opened, parts)
    await count_guesses(ctx, outcome, row["discount_codes"], len(cautions))
    return outcome


def _written(new: NewCart) -> dict[str, Any]:
    return {
        "note": text(new.note, field=("input", "note"), limit=NOTE_LIMIT),
        "attributes": plain_attributes(checked_attributes(new.attributes, ("input", "attributes"))),
        "discount_codes": list(checked_codes(new.discount_codes, ("input", "discount_codes"), MOST_CODES)),
    }
