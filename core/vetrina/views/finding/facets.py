"""Facets: by which values a list of products can be narrowed, and how many products each of them leaves."""

from collections import Counter
from collections.abc import Callable, Iterator
from functools import lru_cache
from operator import attrgetter

import msgspec
from sqlalchemy import (
    CTE,
    ColumnElement,
    Integer,
    Select,
    Text,
    and_,
    bindparam,
    case,
    distinct,
    func,
    literal_column,
    null,
    select,
    true,
    union_all,
)

from vetrina.kernel.context import Context
from vetrina.kernel.db import BigInt, text_in
from vetrina.shop.catalog.models import Option, OptionValue, Product, ProductTag, Variant, VariantValue
from vetrina.shop.metafields.models import Metafield
from vetrina.shop.pricing.models import Price
from vetrina.views.finding.filters import Facet, Kind, ProductFilters, by_kind, full_key, is_list
from vetrina.views.finding.matching import SHAPES, Condition, Matching, sql_of
from vetrina.views.shelf import in_language, is_price_of, is_sellable_product, is_translated, is_visible, place_params
from vetrina.views.windows import Column, Selection

MOST_VALUES = 250
"""Values answered per facet; the ones that leave most products stay."""


Keys = Select[int]
_PASSES: Column = literal_column("1", Integer)


class FacetRow(msgspec.Struct, frozen=True):
    """One value of a facet and how many products have it. A price facet has one row: its span in minor units."""

    facet: str
    name: str
    """The option's name, or the metafield's namespace and key; empty for other facets."""
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
    kinds, wanted = by_kind(ctx, filters)
    offered = offered_metafields(ctx)
    statement = _facets(base.conditions, kinds, is_translated(ctx), tuple(offered))
    rows = await ctx.db.rows(FacetRow, statement, place_params(ctx) | base.params | wanted | offered)
    return arranged(taken_apart(ctx, rows))


def taken_apart(ctx: Context, rows: list[FacetRow]) -> list[FacetRow]:
    """Metafields that hold several values, each value by itself: a product has one such list, so counts add up."""
    taken: list[FacetRow] = []
    counts = dict[str, Counter[str]]()
    for row in rows:
        if row.facet == Facet.PRODUCT_METAFIELD and is_list(ctx, "Product", *row.name.split("/", 1)):
            counts.setdefault(row.name, Counter()).update(dict.fromkeys(_values(row.value), row.count))
        else:
            taken.append(row)
    return taken + [
        FacetRow(Facet.PRODUCT_METAFIELD, name, value, count, 0, None, None, None)
        for name, found in counts.items()
        for value, count in found.items()
    ]


def _values(written: str) -> list[str]:
    """The values of a list as it is kept; what was written before it was one has none."""
    try:
        found = msgspec.json.decode(written, type=list[str | int | float])
    except msgspec.MsgspecError:
        return []
    return [value for value in map(str, found) if value]


def offered_metafields(ctx: Context) -> dict[str, list[str]]:
    """Metafields by which buyers may filter, by the parameter that holds those of products and of variants.

    Variants' lists are left out: how many products have one of their values cannot be told from how many have a list.
    """
    names: dict[str, list[str]] = {}
    for owner_type, namespace, key in sorted(ctx.shop.metafield_filters):
        facet = Facet.PRODUCT_METAFIELD if owner_type == "Product" else Facet.VARIANT_METAFIELD
        if facet is Facet.VARIANT_METAFIELD and is_list(ctx, owner_type, namespace, key):
            continue
        names.setdefault(facet.value, []).append(full_key(namespace, key))
    return names


@lru_cache(SHAPES)
def _facets(
    base: tuple[Condition, ...], kinds: tuple[Kind, ...], translated: bool, offered: tuple[str, ...]
) -> Selection:
    whole, sold = _whole(base, tuple(condition for _, condition in kinds))

    def left(rows: CTE, facet: str | None) -> list[ColumnElement[bool]]:
        """Conditions that leave what all other facets' filters leave."""
        return [rows.c[_passes(place)] == _PASSES for place, (kind, _) in enumerate(kinds) if kind != facet]

    def variants(facet: str | None) -> Keys:
        return select(sold.c.id).where(*left(sold, facet))

    tagged = select(whole.c.id).where(*left(whole, Facet.TAG))
    arms = [
        _counted(Facet.AVAILABLE, whole.c.sellable).where(*left(whole, Facet.AVAILABLE)),
        _prices(sold).where(*left(sold, Facet.PRICE)),
        _counted(Facet.TYPE, whole.c.product_type).where(*left(whole, Facet.TYPE)),
        _counted(Facet.VENDOR, whole.c.vendor).where(*left(whole, Facet.VENDOR)),
        _counted(Facet.TAG, ProductTag.tag).where(ProductTag.product_id.in_(tagged)),
    ]
    ticked = [kind for kind, _ in kinds if kind.startswith(f"{Facet.OPTION}:")]
    names = [bindparam(kind.partition(":")[2], type_=Text()) for kind in ticked]
    arms.append(_options(variants(None), translated, lambda option: and_(true(), *(option != name for name in names))))
    for kind, name in zip(ticked, names, strict=True):
        arms.append(_options(variants(kind), translated, lambda option, name=name: option == name))
    for facet in offered:
        arms += _metafields(Facet(facet), kinds, left, sold if facet == Facet.VARIANT_METAFIELD else whole)
    return select(union_all(*arms).subquery("facet"))


def _metafields(
    facet: Facet,
    kinds: tuple[Kind, ...],
    left: Callable[[CTE, str | None], list[ColumnElement[bool]]],
    owners: CTE,
) -> Iterator[Selection]:
    """The values of those offered that nobody ticked, counted in one go; and of each that somebody did by itself."""
    own = {kind: bindparam(kind.partition(":")[2], type_=Text()) for kind, _ in kinds if kind.startswith(f"{facet}:")}
    field = Metafield.namespace + literal_column("'/'", Text) + Metafield.key
    is_of_variants = facet is Facet.VARIANT_METAFIELD
    owner_type = literal_column("'ProductVariant'" if is_of_variants else "'Product'", Text)
    count = func.count(distinct(owners.c.product_id)) if is_of_variants else func.count()
    for kind in (None, *own):
        wanted = [field == own[kind]] if kind else [field != name for name in own.values()]
        yield (
            facet_row(facet, Metafield.value, name=field, count=count)
            .select_from(owners)
            .outerjoin(Metafield, and_(Metafield.owner_type == owner_type, Metafield.owner_id == owners.c.id))
            .where(func.coalesce(Metafield.value, "") != "", text_in(field, facet.value), *wanted, *left(owners, kind))
            .group_by(field, Metafield.value)
        )


def _whole(base: tuple[Condition, ...], filters: tuple[Condition, ...]) -> tuple[CTE, CTE]:
    """The list, and the variants of it that are on sale with their prices, each put aside once for all facets.

    Beside each product stands whether it passes each filter: so every filter is asked once for a product, not once for
    every facet. Neither engine knows how many rows were put aside: PostgreSQL takes them for one and compares two such
    lists row by row, so they are not compared; SQLite takes them for a million and would read a whole table before it
    looks into them, so other tables are looked up by keys in subselects, or joined from the left, which it leaves.
    """
    passing = [
        case((condition.sql, _PASSES), else_=literal_column("0", Integer)).label(_passes(place))
        for place, condition in enumerate(filters)
    ]
    whole = (
        select(
            Product.id,
            Product.product_type,
            Product.vendor,
            case((is_sellable_product(), _constant("true")), else_=_constant("false")).label("sellable"),
            *passing,
        )
        .where(is_visible(), *sql_of(base))
        .cte("whole")
        .prefix_with("MATERIALIZED")
    )
    flags = [whole.c[_passes(place)] for place in range(len(filters))]
    sold = (
        select(Variant.id, Variant.product_id, Price.amount, *flags)
        .select_from(whole)
        .outerjoin(Variant, and_(Variant.product_id == whole.c.id, Variant.archived_at.is_(None)))
        .outerjoin(Price, is_price_of(Variant, Price))
        .where(func.coalesce(Price.variant_id, literal_column("0", BigInt)) > literal_column("0", BigInt))
        .cte("sold")
        .prefix_with("MATERIALIZED")
    )
    return whole, sold


def _passes(place: int) -> str:
    return f"passes_{place}"


def facet_row(
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
    """The columns of a FacetRow; what is left out is as a facet without it has it."""
    return select(
        _constant(facet.value).label("facet"),
        (_constant("") if name is None else name).label("name"),
        value.label("value"),
        (func.count() if count is None else count).label("count"),
        (literal_column("0", BigInt) if position is None else position).label("position"),
        (null().cast(Text) if swatch is None else swatch).label("swatch"),
        (null().cast(BigInt) if least is None else least).label("least"),
        (null().cast(BigInt) if most is None else most).label("most"),
    )


def _constant(text: str) -> Column:
    return literal_column(f"'{text}'", Text).cast(Text)


def _counted(facet: Facet, value: Column) -> Selection:
    """How many products have each value of a column, of those that have one."""
    return facet_row(facet, value).where(value != "").group_by(value)


def _prices(sold: CTE) -> Selection:
    least, most = func.min(sold.c.amount).cast(BigInt), func.max(sold.c.amount).cast(BigInt)
    count = func.count(distinct(sold.c.product_id))
    return facet_row(Facet.PRICE, _constant(""), least=least, most=most, count=count).having(func.count() > 0)


def _options(variants: Keys, translated: bool, wanted: Callable[[Column], ColumnElement[bool]]) -> Selection:
    """The values of wanted options that some variants have; two of them may be called alike in another language."""
    had = (
        select(
            Option.product_id,
            in_language("ProductOption", Option.id, "name", Option.name, translated).label("option"),
            in_language("ProductOptionValue", OptionValue.id, "name", OptionValue.name, translated).label("value"),
            OptionValue.position,
            OptionValue.swatch,
        )
        .select_from(OptionValue)
        .join(Option, Option.id == OptionValue.option_id)
        .where(OptionValue.id.in_(select(VariantValue.value_id).where(VariantValue.variant_id.in_(variants))))
        .subquery()
    )
    return (
        facet_row(
            Facet.OPTION,
            had.c.value,
            name=had.c.option,
            count=func.count(distinct(had.c.product_id)) if translated else func.count(),
            position=func.min(had.c.position).cast(BigInt),
            swatch=func.max(had.c.swatch),
        )
        .where(wanted(had.c.option))
        .group_by(had.c.option, had.c.value)
    )


def arranged(rows: list[FacetRow]) -> list[FacetRow]:
    """Facets in the order of their kinds, options by name; the weightiest values, in the shop's order."""
    by_kind: dict[tuple[int, str], list[FacetRow]] = {}
    for row in rows:
        by_kind.setdefault((_TURNS[row.facet], row.name), []).append(row)
    return [row for kind in sorted(by_kind) for row in sorted(_weightiest(by_kind[kind]), key=_SHOPS_ORDER)]


def _weightiest(rows: list[FacetRow]) -> list[FacetRow]:
    return rows if len(rows) <= MOST_VALUES else sorted(rows, key=lambda row: (-row.count, row.value))[:MOST_VALUES]


_TURNS = {facet.value: turn for turn, facet in enumerate(Facet)}
_SHOPS_ORDER = attrgetter("position", "value")
