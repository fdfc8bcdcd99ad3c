"""What belongs to one product and what happened to it: metafields, collections, translations, prices, movements."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import msgspec
from sqlalchemy import Text, bindparam, func, literal, or_, select, union_all
from sqlalchemy.orm import aliased

from vetrina.kernel.db import BigInt, Instant, Reads, id_in
from vetrina.shop.catalog.models import Collection, CollectionProduct, Option, OptionValue, Translation, Variant
from vetrina.shop.inventory.models import Location, Movement
from vetrina.shop.metafields.models import Metafield
from vetrina.shop.pricing.models import PriceList, PriceLogEntry
from vetrina.views.metafields import MetafieldRow

MONTH = timedelta(days=30)
"""How far back the lowest price is looked for (directive 98/6/EC, article 6a)."""


class ShelvedRow(msgspec.Struct, frozen=True):
    """A collection the product is in, on sale or not."""

    id: int
    title: str
    handle: str
    published_at: datetime | None


class TranslatedRow(msgspec.Struct, frozen=True):
    """How many texts of one kind are translated: fields of the product, its options' names, their values' names."""

    language: str
    owner_type: str
    field: str
    texts: int


class PriceLogRow(msgspec.Struct, frozen=True):
    """A price as it was set, in minor units; None where it was taken off the list."""

    id: int
    variant_id: int
    variant_title: str
    price_list: str
    currency: str
    amount: int | None
    compare_at: int | None
    at: datetime
    actor: str


class LowestPriceRow(msgspec.Struct, frozen=True):
    """The lowest price of a variant in a list within the last 30 days, in minor units."""

    variant_id: int
    price_list_id: int
    amount: int


class ProductMovementRow(msgspec.Struct, frozen=True):
    """One line of the goods ledger of one of the product's variants."""

    id: int
    variant_id: int
    variant_title: str
    sku: str | None
    location: str
    kind: str
    on_hand: int
    reserved: int
    reference: str
    at: datetime
    actor: str


async def all_metafields_of(db: Reads, owner_type: str, owner_id: int) -> list[MetafieldRow]:
    """Every metafield of one owner, by namespace and key."""
    return await db.rows(MetafieldRow, _METAFIELDS, {"owner_type": owner_type, "owner": owner_id})


async def shelves_of(db: Reads, product_id: int) -> list[ShelvedRow]:
    """Every collection the product is in, by title."""
    return await db.rows(ShelvedRow, _SHELVES, {"product": product_id})


async def translated_of(db: Reads, product_id: int) -> list[TranslatedRow]:
    """What of the product is translated, by language, in one statement."""
    return await db.rows(TranslatedRow, _TRANSLATED, {"product": product_id})


async def price_log(db: Reads, product_id: int, *, size: int) -> list[PriceLogRow]:
    """The latest prices that were set on the product's variants."""
    return await db.rows(PriceLogRow, _PRICE_LOG, {"product": product_id, "size": size})


async def lowest_prices(db: Reads, variant_ids: Sequence[int], now: datetime) -> dict[tuple[int, int], int]:
    """The lowest price in force within 30 days up to now, by variant and price list."""
    rows = await db.rows(LowestPriceRow, _LOWEST, {"ids": list(variant_ids), "since": now - MONTH})
    return {(row.variant_id, row.price_list_id): row.amount for row in rows}


async def product_movements(db: Reads, product_id: int, *, size: int) -> list[ProductMovementRow]:
    """The latest movements of the product's variants."""
    return await db.rows(ProductMovementRow, _MOVEMENTS, {"product": product_id, "size": size})


def _translated() -> Any:
    """Three kinds of owners, each by its own ids."""
    options = select(Option.id).where(Option.product_id == bindparam("product"))
    values = select(OptionValue.id).where(OptionValue.option_id.in_(options))
    own = select(bindparam("product", type_=BigInt))
    arms = [
        select(Translation.language, literal(kind, Text()).label("owner_type"), Translation.field, func.count())
        .where(Translation.owner_type == literal(kind, Text()), Translation.owner_id.in_(ids), Translation.value != "")
        .group_by(Translation.language, Translation.field)
        for kind, ids in (("Product", own), ("ProductOption", options), ("ProductOptionValue", values))
    ]
    found = union_all(*(arm.with_only_columns(*_counted(arm)) for arm in arms)).subquery()
    return select(found.c.language, found.c.owner_type, found.c.field, found.c.texts)


def _counted(arm: Any) -> list[Any]:
    *columns, count = arm.selected_columns
    return [*columns, count.label("texts")]


_METAFIELDS = (
    select(*(getattr(Metafield, name) for name in MetafieldRow.__struct_fields__))
    .where(Metafield.owner_type == bindparam("owner_type"), Metafield.owner_id == bindparam("owner"))
    .order_by(Metafield.namespace, Metafield.key)
)
_SHELVES = (
    select(Collection.id, Collection.title, Collection.handle, Collection.published_at)
    .join(CollectionProduct, CollectionProduct.collection_id == Collection.id)
    .where(CollectionProduct.product_id == bindparam("product"))
    .order_by(Collection.title, Collection.id)
)
_TRANSLATED = _translated()
_VARIANTS = select(Variant.id).where(Variant.product_id == bindparam("product"))
_PRICE_LOG = (
    select(
        PriceLogEntry.id,
        PriceLogEntry.variant_id,
        Variant.title.label("variant_title"),
        PriceList.name.label("price_list"),
        PriceList.currency,
        PriceLogEntry.amount,
        PriceLogEntry.compare_at,
        PriceLogEntry.at,
        PriceLogEntry.actor,
    )
    .join(Variant, Variant.id == PriceLogEntry.variant_id)
    .join(PriceList, PriceList.id == PriceLogEntry.price_list_id)
    .where(PriceLogEntry.variant_id.in_(_VARIANTS))
    .order_by(PriceLogEntry.id.desc())
    .limit(bindparam("size"))
)
_later = aliased(PriceLogEntry)
_SINCE = bindparam("since", type_=Instant())
_was_replaced = (
    select(_later.id)
    .where(
        _later.variant_id == PriceLogEntry.variant_id,
        _later.price_list_id == PriceLogEntry.price_list_id,
        _later.at <= _SINCE,
        or_(_later.at > PriceLogEntry.at, (_later.at == PriceLogEntry.at) & (_later.id > PriceLogEntry.id)),
    )
    .exists()
)
_LOWEST = (
    select(PriceLogEntry.variant_id, PriceLogEntry.price_list_id, func.min(PriceLogEntry.amount).label("amount"))
    .where(
        id_in(PriceLogEntry.variant_id, "ids"),
        PriceLogEntry.amount.is_not(None),
        or_(PriceLogEntry.at > _SINCE, ~_was_replaced),
    )
    .group_by(PriceLogEntry.variant_id, PriceLogEntry.price_list_id)
)
_MOVEMENTS = (
    select(
        Movement.id,
        Movement.variant_id,
        Variant.title.label("variant_title"),
        Variant.sku,
        Location.name.label("location"),
        Movement.kind,
        Movement.on_hand,
        Movement.reserved,
        Movement.reference,
        Movement.at,
        Movement.actor,
    )
    .join(Variant, Variant.id == Movement.variant_id)
    .join(Location, Location.id == Movement.location_id)
    .where(Movement.variant_id.in_(_VARIANTS))
    .order_by(Movement.id.desc())
    .limit(bindparam("size"))
)
