"""Facets: by which values a list of products can be narrowed, and how many products each of them leaves."""

from collections.abc import Sequence
from typing import Any

import msgspec
from sqlalchemy import (
    CTE,
    ColumnElement,
    Text,
    case,
    distinct,
    false,
    func,
    literal_column,
    not_,
    null,
    or_,
    select,
    union_all,
)

from vetrina.kernel.context import Context
from vetrina.kernel.db import BigInt
from vetrina.shop.catalog.models import Option, OptionValue, Product, ProductTag, Variant, VariantValue
from vetrina.shop.pricing.models import Price
from vetrina.views.filters import Facet, ProductFilters, filtered
from vetrina.views.matching import Matching
from vetrina.views.shelf import PRICE_LIST, in_language, is_sellable_product, is_translated, is_visible, place_params
from vetrina.views.windows import Column, Selection

MOST_VALUES = 250
"""Values answered per facet; the ones that leave most products stay."""


class FacetRow(msgspec.Struct, frozen=True):
    """One value of a facet and how many products have it. A price facet has one row: its span in minor units."""

    facet: str
    name: str
    """The option's name; empty for other facets."""
    value: str
    count: int
    position: int
    """Where the shop put the value among its option's values."""
    swatch: str | None
    least: int | None
    most: int | None


async def facets_of(ctx: Context, base: Matching, filters: ProductFilters) -> list[FacetRow]:
    """The facets of the products that match `base`, by facet, name and then the value's place or count.

    A facet's own filters do not narrow its own values, so that a second one can be ticked; all others do.
    """
    whole = select(Product.id).where(is_visible(), *base.conditions).cte("whole").prefix_with("MATERIALIZED")
    params: dict[str, Any] = place_params(ctx) | base.params
    arms: list[Selection] = []
    translated = is_translated(ctx)
    for facet, arm in (
        (Facet.AVAILABLE, _available),
        (Facet.PRICE, _prices),
        (Facet.TYPE, _types),
        (Facet.VENDOR, _vendors),
        (Facet.TAG, _tags),
    ):
        narrowed = filtered(ctx, filters, without=facet)
        arms.append(arm(_left(whole, narrowed)))
        params |= narrowed.params
    chosen = tuple(dict.fromkeys(name for name, _ in filters.options))
    everything = filtered(ctx, filters)
    params |= everything.params
    arms.append(_options(_left(whole, everything), translated, chosen, others=True))
    for name in chosen:
        narrowed = filtered(ctx, filters, without=f"{Facet.OPTION}:{name}")
        arms.append(_options(_left(whole, narrowed), translated, (name,)))
    rows = await ctx.db.rows(FacetRow, select(union_all(*arms).subquery("facet")), params)
    return _arranged(rows)


def _left(whole: CTE, narrowed: Matching) -> ColumnElement[bool]:
    """The product is in the list, and passes the other facets' filters."""
    left = Product.id.in_(select(whole.c.id))
    for condition in narrowed.conditions:
        left = left & condition
    return left


def _row(
    facet: Facet,
    value: Column,
    *,
    name: Column | None = None,
    position: Column | None = None,
    swatch: Column | None = None,
    least: Column | None = None,
    most: Column | None = None,
    count: Column | None = None,
) -> Selection:
    return select(
        _constant(facet.value).label("facet"),
        (_constant("") if name is None else name).label("name"),
        value.label("value"),
        (func.count(distinct(Product.id)) if count is None else count).label("count"),
        (literal_column("0", BigInt) if position is None else position).label("position"),
        (null().cast(Text) if swatch is None else swatch).label("swatch"),
        (null().cast(BigInt) if least is None else least).label("least"),
        (null().cast(BigInt) if most is None else most).label("most"),
    )


def _constant(text: str) -> Column:
    return literal_column(f"'{text}'", Text).cast(Text)


def _available(left: ColumnElement[bool]) -> Selection:
    one = select(
        Product.id, case((is_sellable_product(), _constant("true")), else_=_constant("false")).label("value")
    ).where(left)
    found = one.subquery("sellable")
    return _row(Facet.AVAILABLE, found.c.value, count=func.count()).select_from(found).group_by(found.c.value)


def _prices(left: ColumnElement[bool]) -> Selection:
    least, most = func.min(Price.amount).cast(BigInt), func.max(Price.amount).cast(BigInt)
    return (
        _row(Facet.PRICE, _constant(""), least=least, most=most)
        .select_from(Product)
        .join(Variant, Variant.product_id == Product.id)
        .join(Price, (Price.variant_id == Variant.id) & (Price.price_list_id == PRICE_LIST))
        .where(left, Variant.archived_at.is_(None))
        .having(func.count() > 0)
    )


def _types(left: ColumnElement[bool]) -> Selection:
    return _row(Facet.TYPE, Product.product_type).where(left, Product.product_type != "").group_by(Product.product_type)


def _vendors(left: ColumnElement[bool]) -> Selection:
    return _row(Facet.VENDOR, Product.vendor).where(left, Product.vendor != "").group_by(Product.vendor)


def _tags(left: ColumnElement[bool]) -> Selection:
    return (
        _row(Facet.TAG, ProductTag.tag)
        .join(Product, Product.id == ProductTag.product_id)
        .where(left)
        .group_by(ProductTag.tag)
    )


def _options(
    left: ColumnElement[bool], translated: bool, wanted: Sequence[str] = (), *, others: bool = False
) -> Selection:
    """Options named in `wanted`, or all the others."""
    had = (
        select(
            Product.id,
            in_language("ProductOption", Option.id, "name", Option.name, translated).label("option"),
            in_language("ProductOptionValue", OptionValue.id, "name", OptionValue.name, translated).label("value"),
            OptionValue.position,
            OptionValue.swatch,
        )
        .select_from(Product)
        .join(Variant, Variant.product_id == Product.id)
        .join(Price, (Price.variant_id == Variant.id) & (Price.price_list_id == PRICE_LIST))
        .join(VariantValue, VariantValue.variant_id == Variant.id)
        .join(OptionValue, OptionValue.id == VariantValue.value_id)
        .join(Option, Option.id == OptionValue.option_id)
        .where(left, Variant.archived_at.is_(None))
        .subquery()
    )
    statement = _row(
        Facet.OPTION,
        had.c.value,
        name=had.c.option,
        count=func.count(distinct(had.c.id)),
        position=func.min(had.c.position).cast(BigInt),
        swatch=func.max(had.c.swatch),
    ).group_by(had.c.option, had.c.value)
    named = or_(false(), *(had.c.option == name for name in wanted))
    return statement.where(not_(named) if others else named)


def _arranged(rows: list[FacetRow]) -> list[FacetRow]:
    """Facets in the order of their kinds, options by name; the weightiest values, in the shop's order."""
    kinds = [facet.value for facet in Facet]
    by_kind: dict[tuple[int, str], list[FacetRow]] = {}
    for row in rows:
        by_kind.setdefault((kinds.index(row.facet), row.name), []).append(row)
    return [
        row
        for kind in sorted(by_kind)
        for row in sorted(
            sorted(by_kind[kind], key=lambda row: (-row.count, row.value))[:MOST_VALUES],
            key=lambda row: (row.position, row.value),
        )
    ]
