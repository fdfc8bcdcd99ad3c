"""Variants as a buyer sees them: texts, price in the context's list, what is left."""

from enum import StrEnum
from functools import cache
from typing import Any, ClassVar

import msgspec
from sqlalchemy import Boolean, false, func, select, true, type_coerce

from vetrina.kernel.context import Context
from vetrina.kernel.db import id_in
from vetrina.shop.catalog.models import Product, Variant, VariantValue
from vetrina.shop.catalog.rules import measured_kind, unit_price
from vetrina.shop.pricing.models import Price
from vetrina.views.shelf import is_price_of, is_published, place_params, room_of, stock_of
from vetrina.views.windows import (
    Column,
    Order,
    Placed,
    Selection,
    Shape,
    Window,
    direction,
    place_columns,
    placed_per_owner,
    window_params,
    windowed_per_owner,
)
from vetrina.vocabulary import UnitMeasure


class VariantOrder(StrEnum):
    """In which order a product's variants are listed."""

    POSITION = "position"
    ID = "id"
    SKU = "sku"
    TITLE = "title"


class VariantRow(msgspec.Struct, frozen=True):
    """A variant with its price. Amounts in minor units of the price list's currency, weight in grams.

    `title` is in the shop's default language. `stock` is what is on hand and free, `room` what may still be sold,
    backorders included; both are None for a variant whose stock is not tracked.
    """

    type_name: ClassVar[str] = "ProductVariant"

    id: int
    product_id: int
    title: str
    sku: str | None
    barcode: str | None
    image_id: int | None
    weight_in_grams: int | None
    requires_shipping: bool
    taxable: bool
    tax_class: str
    quantity_minimum: int
    quantity_increment: int
    quantity_maximum: int | None
    amount: int
    compare_at: int | None
    breaks: list[list[int]] | None
    """Pairs of a quantity and what one piece costs from it on."""
    measure: dict[str, Any] | None
    """vocabulary.UnitMeasure, where a unit price is told."""
    stock: int | None
    room: int | None
    is_offered: bool
    """False for a variant that only a cart still remembers."""
    is_bundle: bool
    """Made of other variants."""

    @property
    def unit_price(self) -> "UnitPrice | None":
        """What a kilogram, a litre or the like costs, where the staff wrote down how much a piece holds."""
        if self.measure is None:
            return None
        measure = msgspec.convert(self.measure, UnitMeasure)
        return UnitPrice(unit_price(self.amount, measure), measure, measured_kind(measure))

    @property
    def available_for_sale(self) -> bool:
        """Whether the smallest quantity of it can be bought now."""
        return self.is_offered and (self.room is None or self.room >= self.quantity_minimum)


class UnitPrice(msgspec.Struct, frozen=True):
    """What the reference quantity of a measure costs, in minor units, and what the measure measures: WEIGHT..."""

    amount: int
    measure: UnitMeasure
    kind: str


async def variants_by_id(ctx: Context, ids: list[int], *, even_hidden: bool = False) -> dict[int, VariantRow]:
    """Variants by id: those on sale in the context's market, or every one that has a price there.

    `even_hidden` is for lines of carts, whose variant may have been archived or its product unpublished since;
    such a variant is not available for sale. A variant without a price in the market's list is never found.
    """
    statement = _HIDDEN_TOO if even_hidden else _ON_SALE
    rows = await ctx.db.rows(VariantRow, statement, {"ids": ids, **place_params(ctx)})
    return {row.id: row for row in rows}


async def variants_of(
    ctx: Context, product_ids: list[int], order: VariantOrder, window: Window
) -> dict[int, list[Placed[VariantRow]]]:
    """A window on the variants of each product, one row too many, by product id."""
    columns = order_of(order)
    statement = _variants_of(order, window.shape)
    params = {"ids": product_ids, **place_params(ctx), **window_params(window, columns)}
    return await placed_per_owner(ctx.db, VariantRow, statement, params, columns)


async def variant_counts(ctx: Context, product_ids: list[int]) -> dict[int, int]:
    """How many variants each product has on sale, by product id."""
    found = await ctx.db.fetch(_COUNTS, {"ids": product_ids, **place_params(ctx)})
    return dict[int, int](found)


async def first_variants_with(ctx: Context, value_ids: list[int]) -> dict[int, VariantRow]:
    """For each option value the first variant, by position, that has it; by value id."""
    found = await ctx.db.fetch(_FIRST_WITH, {"ids": value_ids, **place_params(ctx)})
    return {line[0]: VariantRow(*line[1:]) for line in found}


async def first_of(ctx: Context, product_ids: list[int]) -> dict[int, VariantRow]:
    """The first variant on sale of each product, by product id."""
    found = await variants_of(ctx, product_ids, VariantOrder.POSITION, Window(size=1))
    return {product_id: placed[0].row for product_id, placed in found.items()}


def order_of(order: VariantOrder) -> Order:
    """The columns of an order."""
    match order:
        case VariantOrder.POSITION:
            return Order((Variant.position, Variant.id), (int, int))
        case VariantOrder.ID:
            return Order((Variant.id,), (int,))
        case VariantOrder.SKU:
            return Order((func.coalesce(Variant.sku, ""), Variant.id), (str, int))
        case VariantOrder.TITLE:
            return Order((Variant.title, Variant.id), (str, int))


def variant_columns(*, even_hidden: bool = False) -> tuple[Column, ...]:
    """The columns of VariantRow, over Variant joined to Price (and to Product where hidden ones are let in)."""
    offered = true()
    if even_hidden:
        offered = Variant.archived_at.is_(None) & func.coalesce(is_published(), false())
    return (
        Variant.id,
        Variant.product_id,
        Variant.title,
        Variant.sku,
        Variant.barcode,
        Variant.image_id,
        Variant.weight.label("weight_in_grams"),
        Variant.requires_shipping,
        Variant.is_taxable.label("taxable"),
        Variant.tax_class,
        Variant.quantity_minimum,
        Variant.quantity_increment,
        Variant.quantity_maximum,
        Price.amount,
        Price.compare_at,
        Price.breaks,
        Variant.measure,
        stock_of().label("stock"),
        room_of().label("room"),
        type_coerce(offered, Boolean).label("is_offered"),
        Variant.is_bundle,
    )


def _priced(*columns: Any) -> Selection:
    return select(*columns).join_from(Variant, Price, is_price_of(Variant, Price))


def _on_sale(*columns: Any) -> Selection:
    """Variants a buyer may see: not archived, priced here, of a published product."""
    return (
        _priced(*columns)
        .join(Product, Product.id == Variant.product_id)
        .where(Variant.archived_at.is_(None), is_published())
    )


@cache
def _variants_of(order: VariantOrder, shape: Shape) -> Selection:
    columns = order_of(order)
    candidates = (
        _priced(Variant.product_id.label("owner"), Variant.id)
        .where(id_in(Variant.product_id, "ids"), Variant.archived_at.is_(None))
        .select_from(Variant)
    )
    page = windowed_per_owner(candidates, Variant.product_id, columns, shape)
    places = place_columns(page, columns)
    return (
        select(page.c.owner, *places, *variant_columns())
        .join_from(page, Variant, Variant.id == page.c.id)
        .join_from(Variant, Price, is_price_of(Variant, Price))
        .order_by(page.c.owner, *direction(places, shape))
    )


_ON_SALE = _on_sale(*variant_columns()).where(id_in(Variant.id, "ids"))
_HIDDEN_TOO = (
    _priced(*variant_columns(even_hidden=True))
    .join(Product, Product.id == Variant.product_id)
    .where(id_in(Variant.id, "ids"))
)
_COUNTS = (
    _priced(Variant.product_id, func.count())
    .where(id_in(Variant.product_id, "ids"), Variant.archived_at.is_(None))
    .group_by(Variant.product_id)
)


def _first_with() -> Selection:
    turn = func.row_number().over(partition_by=VariantValue.value_id, order_by=[Variant.position, Variant.id])
    numbered = (
        _priced(VariantValue.value_id, Variant.id, turn.label("turn"))
        .join(VariantValue, VariantValue.variant_id == Variant.id)
        .where(id_in(VariantValue.value_id, "ids"), Variant.archived_at.is_(None))
        .subquery("numbered")
    )
    return (
        select(numbered.c.value_id, *variant_columns())
        .join_from(numbered, Variant, (Variant.id == numbered.c.id) & (numbered.c.turn == 1))
        .join_from(Variant, Price, is_price_of(Variant, Price))
    )


_FIRST_WITH = _first_with()
