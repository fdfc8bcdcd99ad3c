"""Filters of product lists: several values of one kind widen, different kinds narrow."""

import re
from collections.abc import Iterator
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from enum import StrEnum
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, Text, bindparam, exists, or_, select
from sqlalchemy.orm import aliased

from vetrina.kernel.context import Context
from vetrina.kernel.db import BigInt, text_in
from vetrina.kernel.money import LARGEST, digits
from vetrina.shop.catalog.models import Option, OptionValue, Product, ProductTag, Variant, VariantValue
from vetrina.shop.metafields.models import Metafield
from vetrina.shop.pricing.models import Price
from vetrina.views.finding.comparisons import like
from vetrina.views.finding.matching import NOTHING, Condition, Matching, Values, opposite
from vetrina.views.shelf import in_language, is_price_of, is_sellable_product, is_translated


class Facet(StrEnum):
    """The kinds of filters buyers are offered; an option's kind has its name after it, a metafield's its key."""

    AVAILABLE = "available"
    PRICE = "price"
    TYPE = "type"
    VENDOR = "vendor"
    TAG = "tag"
    OPTION = "option"
    PRODUCT_METAFIELD = "product_metafield"
    VARIANT_METAFIELD = "variant_metafield"


class PriceSpan(msgspec.Struct, frozen=True):
    """From and up to so much, in major units of the context's currency."""

    least: float
    most: float | None


class MetafieldValue(msgspec.Struct, frozen=True):
    """A metafield with exactly that value, of the product or of one of its variants."""

    owner_type: str
    namespace: str
    key: str
    value: str


class ProductFilters(msgspec.Struct, frozen=True, kw_only=True):
    """What a buyer ticked. `options` are pairs of option and value, by their names in the context's language."""

    available: tuple[bool, ...] = ()
    prices: tuple[PriceSpan, ...] = ()
    types: tuple[str, ...] = ()
    vendors: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    options: tuple[tuple[str, str], ...] = ()
    metafields: tuple[MetafieldValue, ...] = ()
    is_impossible: bool = False
    """Something was asked for that no product of this shop has, such as a taxonomy category."""


NO_FILTERS = ProductFilters()
Kind = tuple[str, Condition]


def filtered(ctx: Context, filters: ProductFilters) -> Matching:
    """The filters as conditions on products."""
    kinds, params = by_kind(ctx, filters)
    return Matching(tuple(condition for _, condition in kinds), params)


def by_kind(ctx: Context, filters: ProductFilters) -> tuple[tuple[Kind, ...], dict[str, Any]]:
    """The filters as conditions on products, each with its kind: a facet, or nothing.

    That of an option says which parameter names it, as in option:wanted_2, and that of a metafield which one holds
    its namespace and key.
    """
    kinds: list[Kind] = []
    values = Values("wanted_")
    if filters.is_impossible:
        kinds.append(("", NOTHING))
    if len(set(filters.available)) == 1:
        sellable = Condition(is_sellable_product)
        kinds.append((Facet.AVAILABLE, sellable if filters.available[0] else opposite(sellable)))
    if filters.prices:
        spans = tuple(
            (values.name(least), values.name(most)) for least, most in (_minor(ctx, span) for span in filters.prices)
        )
        kinds.append((Facet.PRICE, Condition(_priced_between, spans)))
    for facet, column, wanted in (
        (Facet.TYPE, "product_type", filters.types),
        (Facet.VENDOR, "vendor", filters.vendors),
    ):
        if wanted:
            kinds.append((facet, Condition(_is_among, (column, values.name(list(wanted))))))
    if filters.tags:
        kinds.append((Facet.TAG, Condition(_is_tagged, (values.name(list(filters.tags)),))))
    for name in dict.fromkeys(name for name, _ in filters.options):
        chosen = [value for option, value in filters.options if option == name]
        option = values.name(name)
        condition = Condition(_has_option, (is_translated(ctx), option, values.name(chosen)))
        kinds.append((f"{Facet.OPTION}:{option}", condition))
    kinds += _with_metafields(ctx, filters.metafields, values)
    return tuple(kinds), values.params


def _is_among(column: str, name: str) -> ColumnElement[bool]:
    return text_in(getattr(Product, column), name)


def _is_tagged(name: str) -> ColumnElement[bool]:
    return exists().where(ProductTag.product_id == Product.id, text_in(ProductTag.tag, name))


def _priced_between(*spans: tuple[str, str]) -> ColumnElement[bool]:
    """A variant costs between one of these pairs of amounts."""
    variant, price = aliased(Variant), aliased(Price)
    return exists().where(
        variant.product_id == Product.id,
        variant.archived_at.is_(None),
        is_price_of(variant, price),
        or_(
            *(
                price.amount.between(bindparam(least, type_=BigInt), bindparam(most, type_=BigInt))
                for least, most in spans
            )
        ),
    )


def _minor(ctx: Context, span: PriceSpan) -> tuple[int, int]:
    """A span in minor units, kept within what the database can compare."""

    def rounded(major: float, rounding: str) -> int:
        amount = Decimal(str(major)).scaleb(digits(ctx.place.currency)).to_integral_value(rounding)
        return int(max(-LARGEST, min(amount, LARGEST)))

    return rounded(span.least, ROUND_CEILING), LARGEST if span.most is None else rounded(span.most, ROUND_FLOOR)


def _has_option(translated: bool, name: str, values: str) -> ColumnElement[bool]:
    """Asked of each product of the list: all products of the shop that come in M would be too many to look up."""
    option_name = in_language("ProductOption", Option.id, "name", Option.name, translated).element
    value_name = in_language("ProductOptionValue", OptionValue.id, "name", OptionValue.name, translated).element
    variant, price = aliased(Variant), aliased(Price)
    return exists().where(
        variant.product_id == Product.id,
        variant.archived_at.is_(None),
        is_price_of(variant, price),
        VariantValue.variant_id == variant.id,
        OptionValue.id == VariantValue.value_id,
        text_in(value_name, values),
        Option.id == OptionValue.option_id,
        option_name == bindparam(name, type_=Text()),
    )


def _with_metafields(ctx: Context, wanted: tuple[MetafieldValue, ...], values: Values) -> list[Kind]:
    """One condition per metafield asked for; several values of the same one widen."""
    by_name: dict[tuple[str, str, str], list[str]] = {}
    for one in wanted:
        by_name.setdefault((one.owner_type, one.namespace, one.key), []).append(one.value)
    kinds: list[Kind] = []
    for (owner_type, namespace, key), texts in by_name.items():
        facet = Facet.PRODUCT_METAFIELD if owner_type == "Product" else Facet.VARIANT_METAFIELD
        field = values.name(full_key(namespace, key))
        given = (owner_type, values.name(owner_type), values.name(namespace), values.name(key))
        if is_list(ctx, owner_type, namespace, key):
            patterns = tuple(values.name(pattern) for text in texts for pattern in _containing(text))
            condition = Condition(_lists_metafield, (*given, *patterns))
        else:
            condition = Condition(_has_metafield, (*given, values.name(texts)))
        kinds.append((f"{facet}:{field}", condition))
    return kinds


def is_list(ctx: Context, owner_type: str, namespace: str, key: str) -> bool:
    """Whether a metafield holds several values, by its definition."""
    return ctx.shop.metafield_types.get((owner_type, namespace, key), "").startswith("list.")


def _containing(text: str) -> Iterator[str]:
    """Patterns of the lists, written as JSON without blanks, that hold a text or the number it writes.

    A comma before a quotation mark that is not escaped stands between two values and nowhere else.
    """
    written = [msgspec.json.encode(text).decode()]
    if re.fullmatch(r"-?\d+(\.\d+)?", text):
        written.append(text)
    for value in map(like, written):
        yield from (f"[{value}]", f"[{value},%", f"%,{value},%", f"%,{value}]")


def full_key(namespace: str, key: str) -> str:
    """A metafield's name as facets carry it; a slash is in neither part."""
    return f"{namespace}/{key}"


def _has_metafield(of: str, owner_type: str, namespace: str, key: str, texts: str) -> ColumnElement[bool]:
    """The product has one of these values, or where it is one of variants a variant that is not archived."""
    return _with_value(of, owner_type, namespace, key, text_in(Metafield.value, texts))


def _lists_metafield(of: str, owner_type: str, namespace: str, key: str, *patterns: str) -> ColumnElement[bool]:
    """The same for one that holds several values: one of them is wanted."""
    held = or_(*(Metafield.value.like(bindparam(pattern, type_=Text()), escape="/") for pattern in patterns))
    return _with_value(of, owner_type, namespace, key, held)


def _with_value(of: str, owner_type: str, namespace: str, key: str, value: ColumnElement[bool]) -> ColumnElement[bool]:
    owners = select(Metafield.owner_id).where(
        Metafield.owner_type == bindparam(owner_type, type_=Text()),
        Metafield.namespace == bindparam(namespace, type_=Text()),
        Metafield.key == bindparam(key, type_=Text()),
        value,
    )
    if of == "Product":
        return Product.id.in_(owners)
    return Product.id.in_(select(Variant.product_id).where(Variant.archived_at.is_(None), Variant.id.in_(owners)))
