"""What the staff asks of products, as conditions: words, the search syntax, filters; and what there is to choose."""

from enum import StrEnum

import msgspec
from sqlalchemy import ColumnElement, Text, bindparam, cast, exists, func, literal, or_, select, union_all

from vetrina.kernel.context import Context
from vetrina.kernel.db import Reads, id_in, text_in
from vetrina.shop.catalog.models import Collection, CollectionProduct, Product, ProductTag, SearchTerm, Variant
from vetrina.shop.catalog.rules import words
from vetrina.views.catalog.product_desk import is_out, is_running_out
from vetrina.views.finding.comparisons import is_term, like
from vetrina.views.finding.filters import PriceSpan, ProductFilters, filtered
from vetrina.views.finding.matching import EVERYTHING, Condition, Matching, Values, either, every, opposite
from vetrina.views.finding.queries import product_query
from vetrina.views.windows import Column, Selection

MOST_CHOICES = 250
"""Of each kind; whoever has more searches for it."""


class StockState(StrEnum):
    """in: something of it can be had. low: a variant has at most 5 pieces. out: nothing of it is left."""

    IN = "in"
    LOW = "low"
    OUT = "out"


class ProductWishes(msgspec.Struct, frozen=True, kw_only=True):
    """What was chosen; several values of one kind widen, different kinds narrow. `prices` as in the context's list."""

    statuses: tuple[str, ...] = ()
    vendors: tuple[str, ...] = ()
    types: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    collection_ids: tuple[int, ...] = ()
    stock: StockState | None = None
    prices: tuple[PriceSpan, ...] = ()


class DeskChoices(msgspec.Struct, frozen=True):
    """What products can be filtered by: texts in their order, and collections with their ids."""

    vendors: tuple[str, ...]
    types: tuple[str, ...]
    tags: tuple[str, ...]
    collections: tuple[tuple[int, str], ...]


def product_wishes(ctx: Context, wishes: ProductWishes) -> Matching:
    """The filters as conditions on products."""
    common = ProductFilters(vendors=wishes.vendors, types=wishes.types, tags=wishes.tags, prices=wishes.prices)
    values, found = Values("desk_"), list[Condition]()
    if wishes.statuses:
        found.append(Condition(_has_status, (values.name([str(status) for status in wishes.statuses]),)))
    if wishes.collection_ids:
        found.append(Condition(_is_in_collections, (values.name(list(wishes.collection_ids)),)))
    match wishes.stock:
        case StockState.OUT:
            found.append(Condition(is_out))
        case StockState.LOW:
            found.append(Condition(is_running_out))
        case StockState.IN:
            found.append(opposite(Condition(is_out)))
        case None:
            pass
    return filtered(ctx, common) & Matching(tuple(found), values.params)


def product_words(ctx: Context, text: str | None, languages: tuple[str, ...] = ()) -> Matching:
    """What a query means for the staff. Raises BadInput for values that cannot be compared.

    As the storefront's search means it, its last word perhaps only begun; or every word of it is in the index of one
    of these languages; or all of it stands somewhere in the title, the handle, the vendor or a SKU.
    """
    if not text or not text.strip():
        return EVERYTHING
    meant, found = product_query(ctx, text, is_open=True), words(text)
    values = Values("typed_")
    ways = [Condition(_stands_in, (values.name(f"%{like(text.strip().lower())}%"),))]
    if found:
        ways.append(every(meant.conditions))
    if found and languages and ":" not in text and "-" not in text:
        spoken = values.name(list(languages))
        ways.append(every(Condition(_is_indexed, (values.name(word), spoken)) for word in found))
    return Matching((either(ways),), meant.params | values.params)


async def desk_choices(db: Reads) -> DeskChoices:
    """What there is to choose from, at most 250 of each kind, in one statement."""
    found: dict[str, list[tuple[int, str]]] = {"vendor": [], "type": [], "tag": [], "collection": []}
    for kind, key, name in await db.fetch(_CHOICES, {"most": MOST_CHOICES}):
        found[kind].append((key, name))
    for choices in found.values():
        choices.sort(key=lambda pair: pair[1].casefold())
    vendors, types, tags = (tuple(name for _, name in found[kind]) for kind in ("vendor", "type", "tag"))
    return DeskChoices(vendors, types, tags, tuple(found["collection"]))


def _has_status(names: str) -> ColumnElement[bool]:
    return text_in(Product.status, names)


def _is_in_collections(names: str) -> ColumnElement[bool]:
    return Product.id.in_(select(CollectionProduct.product_id).where(id_in(CollectionProduct.collection_id, names)))


def _stands_in(pattern: str) -> ColumnElement[bool]:
    value = bindparam(pattern, type_=Text())
    has_sku = exists().where(Variant.product_id == Product.id, func.lower(Variant.sku).like(value, escape="/"))
    texts = (Product.title, Product.handle, Product.vendor)
    return or_(*(func.lower(text).like(value, escape="/") for text in texts), has_sku)


def _is_indexed(word: str, languages: str) -> ColumnElement[bool]:
    """A word that begins so is in the product's index, in one of the languages."""
    begins = is_term(word, is_prefix=True)
    return Product.id.in_(select(SearchTerm.product_id).where(text_in(SearchTerm.language, languages), begins))


def _arm(kind: str, name: Column, *conditions: ColumnElement[bool]) -> Selection:
    label: Column = name.label("name")
    few = select(label).where(*conditions).group_by(name).order_by(name).limit(bindparam("most")).subquery()
    return select(literal(kind, Text()).label("kind"), literal(0).label("key"), few.c.name)


def _collections() -> Selection:
    few = select(Collection.id, Collection.title).order_by(Collection.title, Collection.id).limit(bindparam("most"))
    named = few.subquery()
    return select(literal("collection", Text()), named.c.id, cast(named.c.title, Text()))


_CHOICES = union_all(
    _arm("vendor", Product.vendor, Product.vendor != ""),
    _arm("type", Product.product_type, Product.product_type != ""),
    _arm("tag", ProductTag.tag),
    _collections(),
)
