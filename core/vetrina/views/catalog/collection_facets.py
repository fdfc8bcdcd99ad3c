"""Facets of several collections at once, each counted by itself, in one statement for all of them."""

from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import CTE, ColumnElement, Integer, Text, and_, bindparam, case, distinct, func, literal_column, select
from sqlalchemy import union_all as together

from vetrina.kernel.context import Context
from vetrina.kernel.db import BigInt, id_in, text_in
from vetrina.shop.catalog.models import (
    CollectionProduct,
    Option,
    OptionValue,
    Product,
    ProductTag,
    Variant,
    VariantValue,
)
from vetrina.shop.metafields.models import Metafield
from vetrina.shop.pricing.models import Price
from vetrina.views.finding.facets import FacetRow, arranged, facet_row, offered_metafields, taken_apart
from vetrina.views.finding.filters import Facet, Kind, ProductFilters, by_kind
from vetrina.views.finding.matching import SHAPES, Condition
from vetrina.views.shelf import in_language, is_price_of, is_sellable_product, is_translated, is_visible, place_params
from vetrina.views.windows import Column, Selection

Left = Callable[[CTE, str | None], list[ColumnElement[bool]]]
"""Conditions on put-aside rows that leave what all filters but one facet's own leave."""


async def facets_of_collections(
    ctx: Context, collection_ids: Sequence[int], filters: ProductFilters
) -> dict[int, list[FacetRow]]:
    """What `facets_of` answers for each collection's products, by collection id."""
    kinds, wanted = by_kind(ctx, filters)
    offered = offered_metafields(ctx)
    statement = _facets(kinds, is_translated(ctx), tuple(offered))
    params = {**place_params(ctx), **wanted, **offered, "collections": list(collection_ids)}
    found: dict[int, list[FacetRow]] = {collection_id: [] for collection_id in collection_ids}
    for owner, *row in await ctx.db.fetch(statement, params):
        found[owner].append(FacetRow(*row))
    return {owner: arranged(taken_apart(ctx, rows)) for owner, rows in found.items()}


@lru_cache(SHAPES)
def _facets(kinds: tuple[Kind, ...], translated: bool, offered: tuple[str, ...]) -> Selection:
    whole, sold = _whole(tuple(condition for _, condition in kinds))

    def left(rows: CTE, facet: str | None) -> list[ColumnElement[bool]]:
        return [rows.c[f"passes_{place}"] == 1 for place, (kind, _) in enumerate(kinds) if kind != facet]

    arms = [
        _counted(whole, Facet.AVAILABLE, whole.c.sellable).where(*left(whole, Facet.AVAILABLE)),
        _prices(sold).where(*left(sold, Facet.PRICE)),
        _counted(whole, Facet.TYPE, whole.c.product_type).where(*left(whole, Facet.TYPE)),
        _counted(whole, Facet.VENDOR, whole.c.vendor).where(*left(whole, Facet.VENDOR)),
        _counted(whole, Facet.TAG, ProductTag.tag)
        .join(ProductTag, ProductTag.product_id == whole.c.id)
        .where(*left(whole, Facet.TAG)),
        *_options(sold, kinds, left, translated),
    ]
    for facet in offered:
        arms += _metafields(Facet(facet), kinds, left, sold if facet == Facet.VARIANT_METAFIELD else whole)
    return select(together(*arms).subquery("facet"))


def _whole(filters: tuple[Condition, ...]) -> tuple[CTE, CTE]:
    """Each collection's products, with whether they pass each filter; and their variants on sale with their prices."""
    zero = literal_column("0", Integer)
    passing = [
        case((condition.sql, literal_column("1", Integer)), else_=zero).label(f"passes_{place}")
        for place, condition in enumerate(filters)
    ]
    whole = (
        select(
            CollectionProduct.collection_id.label("owner"),
            Product.id,
            Product.product_type,
            Product.vendor,
            case((is_sellable_product(), _text("true")), else_=_text("false")).label("sellable"),
            *passing,
        )
        .join(Product, Product.id == CollectionProduct.product_id)
        .where(id_in(CollectionProduct.collection_id, "collections"), is_visible())
        .cte("whole")
        .prefix_with("MATERIALIZED")
    )
    flags = [whole.c[f"passes_{place}"] for place in range(len(filters))]
    sold = (
        select(whole.c.owner, Variant.id, Variant.product_id, Price.amount, *flags)
        .select_from(whole)
        .join(Variant, and_(Variant.product_id == whole.c.id, Variant.archived_at.is_(None)))
        .join(Price, is_price_of(Variant, Price))
        .cte("sold")
        .prefix_with("MATERIALIZED")
    )
    return whole, sold


def _counted(rows: CTE, facet: Facet, value: Column) -> Selection:
    """How many of each collection's products have each value of a column, of those that have one."""
    return _row(rows, facet, value).select_from(rows).where(value != "").group_by(rows.c.owner, value)


def _prices(sold: CTE) -> Selection:
    least, most = func.min(sold.c.amount).cast(BigInt), func.max(sold.c.amount).cast(BigInt)
    count = func.count(distinct(sold.c.product_id))
    return _row(sold, Facet.PRICE, _text(""), least=least, most=most, count=count).group_by(sold.c.owner)


def _options(sold: CTE, kinds: tuple[Kind, ...], left: Left, translated: bool) -> Iterator[Selection]:
    """The values of options that nobody ticked; and of each that somebody did by itself."""
    option = in_language("ProductOption", Option.id, "name", Option.name, translated)
    value = in_language("ProductOptionValue", OptionValue.id, "name", OptionValue.name, translated)
    ticked = _ticked(kinds, Facet.OPTION)
    for kind in (None, *ticked):
        had = (
            select(
                sold.c.owner,
                sold.c.product_id,
                option.label("option"),
                value.label("value"),
                OptionValue.position,
                OptionValue.swatch,
            )
            .select_from(sold)
            .join(VariantValue, VariantValue.variant_id == sold.c.id)
            .join(OptionValue, OptionValue.id == VariantValue.value_id)
            .join(Option, Option.id == OptionValue.option_id)
            .where(*left(sold, kind))
            .subquery()
        )
        wanted = [had.c.option == ticked[kind]] if kind else [had.c.option != name for name in ticked.values()]
        yield (
            _row(
                had,
                Facet.OPTION,
                had.c.value,
                name=had.c.option,
                count=func.count(distinct(had.c.product_id)),
                position=func.min(had.c.position).cast(BigInt),
                swatch=func.max(had.c.swatch),
            )
            .where(*wanted)
            .group_by(had.c.owner, had.c.option, had.c.value)
        )


def _metafields(facet: Facet, kinds: tuple[Kind, ...], left: Left, owners: CTE) -> Iterator[Selection]:
    """The values of metafields that nobody ticked; and of each that somebody did by itself."""
    own = _ticked(kinds, facet)
    field = Metafield.namespace + literal_column("'/'", Text) + Metafield.key
    is_of_variants = facet is Facet.VARIANT_METAFIELD
    owner_type = "ProductVariant" if is_of_variants else "Product"
    count = func.count(distinct(owners.c.product_id)) if is_of_variants else func.count()
    for kind in (None, *own):
        wanted = [field == own[kind]] if kind else [field != name for name in own.values()]
        is_its = and_(Metafield.owner_type == _text(owner_type), Metafield.owner_id == owners.c.id)
        yield (
            _row(owners, facet, Metafield.value, name=field, count=count)
            .select_from(owners)
            .join(Metafield, is_its)
            .where(Metafield.value != "", text_in(field, facet.value), *wanted, *left(owners, kind))
            .group_by(owners.c.owner, field, Metafield.value)
        )


def _ticked(kinds: tuple[Kind, ...], facet: Facet) -> dict[str, Column]:
    """The filters of an option or a metafield that somebody ticked, with the parameter that names it."""
    own = (kind for kind, _ in kinds if kind.startswith(f"{facet}:"))
    return {kind: bindparam(kind.partition(":")[2], type_=Text()) for kind in own}


def _row(rows: Any, facet: Facet, value: Column, **columns: Column) -> Selection:
    return facet_row(facet, value, **columns).with_only_columns(
        rows.c.owner, *facet_row(facet, value, **columns).selected_columns
    )


def _text(text: str) -> Column:
    return literal_column(f"'{text}'", Text).cast(Text)
