"""From what people write about a promotion, in major units and names, to its terms; and back."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import msgspec

from vetrina.kernel.db import Reads
from vetrina.kernel.errors import BadInput
from vetrina.kernel.money import decimal_text, from_decimal
from vetrina.plugin.words import Say
from vetrina.views.catalog.eligibility import (
    collection_names,
    product_names,
    products_called,
    variant_names,
    variants_called,
)
from vetrina_promotions.rules import EVERYTHING, WHOLE, Kind, Scope, Terms, Tier
from vetrina_promotions.sentences import Names

MOST_COLLECTIONS = 250
"""Collections that are offered to choose from."""


class ScopeDraft(msgspec.Struct, frozen=True, kw_only=True):
    """Products by handle or address, variants by sku, collections by id; or all by ids, as programs do."""

    collections: tuple[str, ...] = ()
    products: tuple[str, ...] = ()
    variants: tuple[str, ...] = ()
    ids: Scope = EVERYTHING


class TermsDraft(msgspec.Struct, frozen=True, kw_only=True):
    """Terms in people's words: percentages of 100, amounts in major units."""

    kind: Kind
    value: str = "percentage"
    off: Decimal | None = None
    currency: str | None = None
    each: bool = False
    scope: ScopeDraft = ScopeDraft()
    spares_reduced: bool = False
    minimum: str = "none"
    least: Decimal | None = None
    tier_by: str = "subtotal"
    tiers: tuple[tuple[Decimal, Decimal], ...] = ()
    buys: ScopeDraft = ScopeDraft()
    buys_quantity: int = 0
    buys_subtotal: Decimal | None = None
    gets_quantity: int = 0
    most_times: int | None = None
    most_delivery: Decimal | None = None
    markets: tuple[int, ...] = ()
    customers: str = "everyone"
    combines: tuple[str, ...] = ()


async def terms_of(db: Reads, draft: TermsDraft) -> Terms:
    """The terms somebody means. Raises BadInput naming the field, also for products nobody has."""
    known: dict[str, Any] = {
        "kind": draft.kind,
        "value": draft.value,
        "off": _off(draft, draft.off, ("off",)) if draft.off is not None else 0,
        "currency": draft.currency or None,
        "each": draft.each,
        "scope": await _scope(db, draft.scope, ""),
        "spares_reduced": draft.spares_reduced,
        "least_subtotal": _amount(draft, draft.least, ("least",)) if draft.minimum == "subtotal" else 0,
        "least_quantity": _count(draft.least, ("least",)) if draft.minimum == "quantity" else 0,
        "tier_by": draft.tier_by,
        "tiers": _tiers(draft),
        "buys": await _scope(db, draft.buys, "buys_"),
        "buys_quantity": draft.buys_quantity,
        "buys_subtotal": _amount(draft, draft.buys_subtotal, ("buys_subtotal",)),
        "gets_quantity": draft.gets_quantity,
        "most_times": draft.most_times,
        "most_delivery": None
        if draft.most_delivery is None
        else _amount(draft, draft.most_delivery, ("most_delivery",)),
        "market_ids": draft.markets,
        "customers": draft.customers,
        "combines": draft.combines,
    }
    try:
        return msgspec.convert(msgspec.to_builtins(known), Terms)
    except msgspec.ValidationError as error:
        raise BadInput(
            problem=Say(f"This makes no discount: {error}.", it=f"Così non è uno sconto: {error}.")
        ) from error


async def names_of(db: Reads, scopes: Sequence[Scope]) -> Names:
    """What is named in scopes, as people call it."""
    products = sorted({key for scope in scopes for key in scope.product_ids})
    variants = sorted({key for scope in scopes for key in scope.variant_ids})
    wants_collections = any(scope.collection_ids for scope in scopes)
    return Names(
        products={row.id: row.title for row in await product_names(db, products)} if products else {},
        collections={row.id: row.title for row in await collection_names(db, MOST_COLLECTIONS)}
        if wants_collections
        else {},
        variants={row.id: row.name or row.title for row in await variant_names(db, variants)} if variants else {},
    )


async def scope_words(db: Reads, scope: Scope) -> ScopeDraft:
    """A scope as it is written down again."""
    products = await product_names(db, scope.product_ids) if scope.product_ids else []
    variants = await variant_names(db, scope.variant_ids) if scope.variant_ids else []
    return ScopeDraft(
        collections=tuple(str(key) for key in scope.collection_ids),
        products=tuple(row.name for row in products),
        variants=tuple(row.name or f"#{row.id}" for row in variants),
    )


def off_words(terms: Terms, off: int) -> Decimal:
    """A percentage of 100, or an amount in major units."""
    if terms.value == "percentage":
        return Decimal(off) / 10_000
    return amount_words(terms, off)


def amount_words(terms: Terms, amount: int) -> Decimal:
    """An amount in major units of the terms' currency."""
    return Decimal(decimal_text(amount, terms.currency or "EUR"))


def _off(draft: TermsDraft, off: Decimal, field: tuple[str, ...]) -> int:
    if draft.value == "amount":
        return _amount(draft, off, field)
    parts = off * 10_000
    if parts != parts.to_integral_value() or not 0 <= parts <= WHOLE:
        raise BadInput(
            field=field,
            problem=Say(
                "A percentage is more than 0 and at most 100, with four decimals at most.",
                it="Una percentuale è maggiore di 0 e al massimo 100, con al massimo quattro decimali.",
            ),
        )
    return int(parts)


def _amount(draft: TermsDraft, amount: Decimal | None, field: tuple[str, ...]) -> int:
    if not amount:
        return 0
    if not draft.currency:
        raise BadInput(
            field=("currency",),
            problem=Say("Say in which currency the amounts are.", it="Indica in quale valuta sono gli importi."),
        )
    found = from_decimal(amount, draft.currency, field=field).amount
    if found < 0:
        raise BadInput(field=field, problem=Say("The amount is out of range.", it="L'importo è fuori dai limiti."))
    return found


def _count(number: Decimal | None, field: tuple[str, ...]) -> int:
    if not number or number != number.to_integral_value():
        raise BadInput(
            field=field,
            problem=Say("Say how many pieces, in whole numbers.", it="Indica quanti pezzi, in numeri interi."),
        )
    return int(number)


def _tiers(draft: TermsDraft) -> tuple[Tier, ...]:
    found = list[Tier]()
    for index, (at, off) in enumerate(draft.tiers):
        field = ("tiers", str(index))
        by_money = draft.tier_by == "subtotal"
        found.append(Tier(_amount(draft, at, field) if by_money else _count(at, field), _off(draft, off, field)))
    return tuple(found)


async def _scope(db: Reads, draft: ScopeDraft, prefix: str) -> Scope:
    handles = [_handle(name) for name in draft.products if name.strip()]
    written = [name.strip() for name in draft.variants if name.strip()]
    keys = [int(name[1:]) for name in written if name[:1] == "#" and name[1:].isdecimal() and len(name) < 20]
    skus = [name for name in written if not (name[:1] == "#" and name[1:].isdecimal())]
    products = await products_called(db, handles) if handles else {}
    variants = await variants_called(db, skus) if skus else {}
    for name in handles:
        if name not in products:
            raise BadInput(
                field=(f"{prefix}products",),
                problem=Say(
                    f"No product has the handle {name[:100]}.", it=f"Nessun prodotto ha l'handle {name[:100]}."
                ),
            )
    for name in skus:
        if name not in variants:
            raise BadInput(
                field=(f"{prefix}variants",),
                problem=Say(f"No variant has the SKU {name[:100]}.", it=f"Nessuna variante ha lo SKU {name[:100]}."),
            )
    ids = [key for key in draft.collections if key.strip()]
    if not all(key.isascii() and key.isdecimal() and len(key) < 19 for key in ids):
        raise BadInput(
            field=(f"{prefix}collections",),
            problem=Say("There is no such collection.", it="Questa collezione non c'è."),
        )
    return Scope(
        product_ids=tuple(sorted({*draft.ids.product_ids, *(products[name] for name in handles)})),
        variant_ids=tuple(sorted({*draft.ids.variant_ids, *keys, *(key for name in skus for key in variants[name])})),
        collection_ids=tuple(sorted({*draft.ids.collection_ids, *(int(key) for key in ids)})),
    )


def _handle(name: str) -> str:
    """A product's handle, also out of its address."""
    return name.strip().rstrip("/").rpartition("/")[2].partition("?")[0].lower()
