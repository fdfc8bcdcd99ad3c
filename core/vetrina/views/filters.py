"""Filters of product lists: several values of one kind widen, different kinds narrow."""

from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from enum import StrEnum
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, and_, exists, false, not_, or_, select
from sqlalchemy.orm import aliased

from vetrina.kernel.context import Context
from vetrina.kernel.db import text_in
from vetrina.kernel.money import LARGEST, digits
from vetrina.shop.catalog.models import Option, OptionValue, Product, ProductTag, Variant, VariantValue
from vetrina.shop.metafields.models import Metafield
from vetrina.shop.pricing.models import Price
from vetrina.views.matching import Matching
from vetrina.views.shelf import PRICE_LIST, in_language, is_sellable_product, is_translated


class Facet(StrEnum):
    """The kinds of filters buyers are offered; an option's kind has its name after it."""

    AVAILABLE = "available"
    PRICE = "price"
    TYPE = "type"
    VENDOR = "vendor"
    TAG = "tag"
    OPTION = "option"


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


def filtered(ctx: Context, filters: ProductFilters, without: str | None = None) -> Matching:
    """The filters as conditions on products, all kinds but `without` (a facet, or option:Name)."""
    kinds: list[tuple[str, ColumnElement[bool]]] = []
    params: dict[str, Any] = {}
    if filters.is_impossible:
        kinds.append(("", false()))
    if len(set(filters.available)) == 1:
        sellable = is_sellable_product()
        kinds.append((Facet.AVAILABLE, sellable if filters.available[0] else not_(sellable)))
    if filters.prices:
        kinds.append((Facet.PRICE, _priced_between(ctx, filters.prices)))
    for facet, column, wanted in (
        (Facet.TYPE, Product.product_type, filters.types),
        (Facet.VENDOR, Product.vendor, filters.vendors),
    ):
        if wanted:
            kinds.append((facet, text_in(column, f"wanted_{facet}")))
            params[f"wanted_{facet}"] = list(wanted)
    if filters.tags:
        tagged = select(ProductTag.product_id).where(text_in(ProductTag.tag, "wanted_tag"))
        kinds.append((Facet.TAG, Product.id.in_(tagged)))
        params["wanted_tag"] = list(filters.tags)
    for index, name in enumerate(dict.fromkeys(name for name, _ in filters.options)):
        values = [value for option, value in filters.options if option == name]
        kinds.append((f"{Facet.OPTION}:{name}", _has_option(is_translated(ctx), name, f"wanted_option_{index}")))
        params[f"wanted_option_{index}"] = values
    kinds += [("", condition) for condition in _with_metafields(filters.metafields)]
    return Matching(tuple(condition for kind, condition in kinds if kind != without or not kind), params)


def _priced_between(ctx: Context, spans: tuple[PriceSpan, ...]) -> ColumnElement[bool]:
    variant, price = aliased(Variant), aliased(Price)
    return exists().where(
        variant.product_id == Product.id,
        variant.archived_at.is_(None),
        price.variant_id == variant.id,
        price.price_list_id == PRICE_LIST,
        or_(
            *(
                and_(
                    price.amount >= _minor(ctx, span.least, ROUND_CEILING),
                    price.amount <= (LARGEST if span.most is None else _minor(ctx, span.most, ROUND_FLOOR)),
                )
                for span in spans
            )
        ),
    )


def _minor(ctx: Context, major: float, rounding: str) -> int:
    """Minor units, kept within what the database can compare."""
    amount = Decimal(str(major)).scaleb(digits(ctx.place.currency)).to_integral_value(rounding)
    return int(max(-LARGEST, min(amount, LARGEST)))


def _has_option(translated: bool, name: str, values: str) -> ColumnElement[bool]:
    option_name = in_language("ProductOption", Option.id, "name", Option.name, translated).element
    value_name = in_language("ProductOptionValue", OptionValue.id, "name", OptionValue.name, translated).element
    return Product.id.in_(
        select(Variant.product_id)
        .join(VariantValue, VariantValue.variant_id == Variant.id)
        .join(OptionValue, OptionValue.id == VariantValue.value_id)
        .join(Option, Option.id == OptionValue.option_id)
        .join(Price, (Price.variant_id == Variant.id) & (Price.price_list_id == PRICE_LIST))
        .where(Variant.archived_at.is_(None), option_name == name, text_in(value_name, values))
    )


def _with_metafields(wanted: tuple[MetafieldValue, ...]) -> list[ColumnElement[bool]]:
    """One condition per metafield asked for; several values of the same one widen."""
    by_name: dict[tuple[str, str, str], list[str]] = {}
    for one in wanted:
        by_name.setdefault((one.owner_type, one.namespace, one.key), []).append(one.value)
    conditions: list[ColumnElement[bool]] = []
    for (owner_type, namespace, key), values in by_name.items():
        owners = select(Metafield.owner_id).where(
            Metafield.owner_type == owner_type,
            Metafield.namespace == namespace,
            Metafield.key == key,
            or_(*(Metafield.value == value for value in values)),
        )
        if owner_type == "Product":
            conditions.append(Product.id.in_(owners))
        else:
            variants = select(Variant.product_id).where(Variant.archived_at.is_(None), Variant.id.in_(owners))
            conditions.append(Product.id.in_(variants))
    return conditions
