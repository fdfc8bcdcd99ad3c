"""Everything a buyer can choose of a product, in one statement: options, their values, which variants combine them."""

from functools import cache

import msgspec
from sqlalchemy import Executable, Text, literal, select, union_all
from sqlalchemy.orm import aliased

from vetrina.kernel.context import Context
from vetrina.kernel.db import BigInt, id_in
from vetrina.shop.catalog.models import Option, OptionValue, Variant, VariantValue
from vetrina.shop.pricing.models import Price
from vetrina.views.combinations import Choice, Combination
from vetrina.views.options import ONLY_OPTION, ONLY_VALUE
from vetrina.views.shelf import PRICE_LIST, in_language, is_sellable, is_translated, place_params


class _ChoiceRow(msgspec.Struct, frozen=True):
    """One value of one option, and one variant on sale that has it; a value nothing has comes once, without one."""

    product_id: int
    option_position: int
    option_name: str
    value_position: int
    value_id: int
    value_name: str
    variant_position: int | None
    variant_id: int | None
    is_available: bool | None


async def choices_of(ctx: Context, product_ids: list[int]) -> dict[int, Choice]:
    """What can be chosen of each product, by product id, in the context's language."""
    rows = await ctx.db.rows(_ChoiceRow, _choices(is_translated(ctx)), {"ids": product_ids, **place_params(ctx)})
    by_product: dict[int, list[_ChoiceRow]] = {}
    for row in rows:
        by_product.setdefault(row.product_id, []).append(row)
    return {product_id: _choice(by_product.get(product_id, [])) for product_id in product_ids}


def _choice(rows: list[_ChoiceRow]) -> Choice:
    options: dict[int, tuple[str, dict[int, str]]] = {}
    chosen: dict[tuple[int, int], list[tuple[int, int]]] = {}
    available = set[int]()
    for row in rows:
        values = options.setdefault(row.option_position, (row.option_name, {}))[1]
        values[row.value_id] = row.value_name
        if row.variant_id is not None and row.variant_position is not None:
            # Rows come value by value: the newest value is the one at hand.
            place = (row.option_position, len(values) - 1)
            chosen.setdefault((row.variant_position, row.variant_id), []).append(place)
            if row.is_available:
                available.add(row.variant_id)
    return Choice(
        tuple((name, tuple(values.values())) for name, values in options.values()),
        tuple(
            Combination(variant_id, tuple(place for _, place in sorted(places)), variant_id in available)
            for (_, variant_id), places in sorted(chosen.items())
            if len(places) == len(options)
        ),
    )


@cache
def _choices(translated: bool) -> Executable:
    """Values with the variants that have them; and the made-up choice of products without options."""
    sold = (
        select(VariantValue.value_id, Variant.position, Variant.id, is_sellable().label("is_available"))
        .join(Variant, Variant.id == VariantValue.variant_id)
        .join(Price, (Price.variant_id == Variant.id) & (Price.price_list_id == PRICE_LIST))
        .where(id_in(Variant.product_id, "ids"), Variant.archived_at.is_(None))
        .subquery("sold")
    )
    told = (
        select(
            Option.product_id,
            Option.position.label("option_position"),
            in_language("ProductOption", Option.id, "name", Option.name, translated).label("option_name"),
            OptionValue.position.label("value_position"),
            OptionValue.id.label("value_id"),
            in_language("ProductOptionValue", OptionValue.id, "name", OptionValue.name, translated).label("value_name"),
            sold.c.position.label("variant_position"),
            sold.c.id.label("variant_id"),
            sold.c.is_available,
        )
        .join(OptionValue, OptionValue.option_id == Option.id)
        .outerjoin(sold, sold.c.value_id == OptionValue.id)
        .where(id_in(Option.product_id, "ids"))
    )
    other = aliased(Option)
    plain = (
        select(
            Variant.product_id,
            literal(0, BigInt),
            literal(ONLY_OPTION, Text),
            literal(0, BigInt),
            literal(0, BigInt),
            literal(ONLY_VALUE, Text),
            Variant.position,
            Variant.id,
            is_sellable(),
        )
        .join(Price, (Price.variant_id == Variant.id) & (Price.price_list_id == PRICE_LIST))
        .where(
            id_in(Variant.product_id, "ids"),
            Variant.archived_at.is_(None),
            ~select(other.id).where(other.product_id == Variant.product_id).exists(),
        )
    )
    rows = union_all(told, plain).subquery("choice")
    return select(rows).order_by(
        rows.c.product_id,
        rows.c.option_position,
        rows.c.value_position,
        rows.c.value_id,
        rows.c.variant_position,
        rows.c.variant_id,
    )
