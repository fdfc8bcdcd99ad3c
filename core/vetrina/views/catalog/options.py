"""Options of products, their values, and which values a variant has, in the context's language."""

from typing import ClassVar

import msgspec
from sqlalchemy import select

from vetrina.kernel.context import Context
from vetrina.kernel.db import id_in
from vetrina.shop.catalog.models import Option, OptionValue, VariantValue
from vetrina.views.shelf import in_language, is_translated, place_params
from vetrina.views.windows import Selection

ONLY_OPTION = "Title"
ONLY_VALUE = "Default Title"
"""What the public API calls the one option of a product without options, and its one value. It is never translated."""


class ValueRow(msgspec.Struct, frozen=True):
    """A value of an option; the made-up option's only value has its id. `colour` is #RRGGBB."""

    type_name: ClassVar[str] = "ProductOptionValue"

    id: int
    option_id: int
    product_id: int
    name: str
    colour: str | None


class OptionRow(msgspec.Struct, frozen=True):
    """An option and its values in order.

    A product without options has one, made up, whose id is the product's with a minus.
    """

    type_name: ClassVar[str] = "ProductOption"

    id: int
    product_id: int
    name: str
    option_values: tuple[ValueRow, ...]

    @property
    def values(self) -> list[str]:
        """The names of its values."""
        return [value.name for value in self.option_values]


class ChosenRow(msgspec.Struct, frozen=True):
    """What a variant has of one option."""

    variant_id: int
    name: str
    value: str


async def options_of(ctx: Context, product_ids: list[int]) -> dict[int, list[OptionRow]]:
    """The options of each product in order, by product id; every product has at least one."""
    found: dict[int, list[OptionRow]] = {}
    for row in await _read(ctx, _OF_PRODUCTS, product_ids):
        found.setdefault(row.product_id, []).append(row)
    return {product_id: found.get(product_id) or [_only_option(product_id)] for product_id in product_ids}


async def options_by_id(ctx: Context, ids: list[int]) -> dict[int, OptionRow]:
    """Options by id. A made-up option is the answer for any negative id: ask for its product as well."""
    stored = await _read(ctx, _BY_ID, [option_id for option_id in ids if option_id > 0])
    return {row.id: row for row in stored} | {negative: _only_option(-negative) for negative in ids if negative < 0}


async def _read(ctx: Context, statements: tuple[Selection, ...], ids: list[int]) -> list[OptionRow]:
    """Options with their values, from one statement with a row per value."""
    values: dict[tuple[int, int, str], list[ValueRow]] = {}
    for option_id, product_id, name, value_id, value, colour in await ctx.db.fetch(
        statements[is_translated(ctx)], {"ids": ids, **place_params(ctx)}
    ):
        known = values.setdefault((option_id, product_id, name), [])
        if value_id is not None:
            known.append(ValueRow(value_id, option_id, product_id, value, colour))
    return [OptionRow(*option, tuple(known)) for option, known in values.items()]


async def values_by_id(ctx: Context, ids: list[int]) -> dict[int, ValueRow]:
    """Values by id; negative ones belong to made-up options."""
    stored = [value_id for value_id in ids if value_id > 0]
    rows = await ctx.db.rows(ValueRow, _VALUES_BY_ID[is_translated(ctx)], {"ids": stored, **place_params(ctx)})
    made_up = {negative: ValueRow(negative, negative, -negative, ONLY_VALUE, None) for negative in ids if negative < 0}
    return {row.id: row for row in rows} | made_up


async def chosen_of(ctx: Context, variant_ids: list[int]) -> dict[int, list[ChosenRow]]:
    """What each variant has of every option, in the options' order, by variant id."""
    statement = _CHOSEN_OF[is_translated(ctx)]
    found: dict[int, list[ChosenRow]] = {}
    for row in await ctx.db.rows(ChosenRow, statement, {"ids": variant_ids, **place_params(ctx)}):
        found.setdefault(row.variant_id, []).append(row)
    return {
        variant_id: found.get(variant_id) or [ChosenRow(variant_id, ONLY_OPTION, ONLY_VALUE)]
        for variant_id in variant_ids
    }


def _only_option(product_id: int) -> OptionRow:
    value = ValueRow(-product_id, -product_id, product_id, ONLY_VALUE, None)
    return OptionRow(-product_id, product_id, ONLY_OPTION, (value,))


def _options(translated: bool) -> Selection:
    name = in_language("ProductOption", Option.id, "name", Option.name, translated)
    value = in_language("ProductOptionValue", OptionValue.id, "name", OptionValue.name, translated)
    return (
        select(Option.id, Option.product_id, name, OptionValue.id, value, OptionValue.swatch)
        .outerjoin(OptionValue, OptionValue.option_id == Option.id)
        .order_by(Option.product_id, Option.position, Option.id, OptionValue.position, OptionValue.id)
    )


def _values(translated: bool) -> Selection:
    name = in_language("ProductOptionValue", OptionValue.id, "name", OptionValue.name, translated)
    return (
        select(OptionValue.id, OptionValue.option_id, Option.product_id, name, OptionValue.swatch.label("colour"))
        .join(Option, Option.id == OptionValue.option_id)
        .order_by(OptionValue.option_id, OptionValue.position, OptionValue.id)
    )


def _chosen(translated: bool) -> Selection:
    option = in_language("ProductOption", Option.id, "name", Option.name, translated)
    value = in_language("ProductOptionValue", OptionValue.id, "name", OptionValue.name, translated)
    return (
        select(VariantValue.variant_id, option, value.label("value"))
        .join(OptionValue, OptionValue.id == VariantValue.value_id)
        .join(Option, Option.id == OptionValue.option_id)
        .where(id_in(VariantValue.variant_id, "ids"))
        .order_by(VariantValue.variant_id, Option.position)
    )


_OF_PRODUCTS = tuple(_options(translated).where(id_in(Option.product_id, "ids")) for translated in (False, True))
_BY_ID = tuple(_options(translated).where(id_in(Option.id, "ids")) for translated in (False, True))
_VALUES_BY_ID = tuple(_values(translated).where(id_in(OptionValue.id, "ids")) for translated in (False, True))
_CHOSEN_OF = tuple(_chosen(translated) for translated in (False, True))
