"""A product's options and their values: read them, add what is missing, rename, rebuild."""

from collections.abc import Sequence
from datetime import datetime

import msgspec
from sqlalchemy import bindparam, delete, select, update

from vetrina.kernel.db import Session, id_in, table_of
from vetrina.kernel.errors import BadInput, NotFound
from vetrina.shop.catalog.models import Option, OptionValue, Variant, VariantValue
from vetrina.shop.catalog.rules import OptionChanges, OptionSheet, ValueChanges, ValueSheet, VariantSheet, variant_title
from vetrina.shop.catalog.service.texts import forget_texts, translate


class ValueRow(msgspec.Struct, frozen=True):
    """An option's value as its table holds it."""

    id: int
    option_id: int
    name: str
    position: int
    swatch: str | None


class OptionRow(msgspec.Struct, frozen=True):
    """An option with its values in order."""

    id: int
    name: str
    position: int
    values: tuple[ValueRow, ...]


async def option_rows(session: Session, product_id: int) -> list[OptionRow]:
    """A product's options in order."""
    options = await session.fetch(_OPTIONS, {"product": product_id})
    values = await session.rows(ValueRow, _VALUES, {"option_ids": [option_id for option_id, _, _ in options]})
    return [
        OptionRow(option_id, name, position, tuple(value for value in values if value.option_id == option_id))
        for option_id, name, position in options
    ]


def value_keys(options: Sequence[OptionRow]) -> dict[tuple[str, str], int]:
    """The values' keys by names of option and value."""
    return {(option.name, value.name): value.id for option in options for value in option.values}


async def put_values(session: Session, options: Sequence[OptionRow], variants: Sequence[VariantSheet]) -> None:
    """Add the values that variants name and the options have not, behind the others."""
    for option in options:
        named = dict.fromkeys(value for variant in variants for name, value in variant.options if name == option.name)
        known = {value.name for value in option.values}
        first = max((value.position for value in option.values), default=-1) + 1
        for position, name in enumerate((name for name in named if name not in known), start=first):
            await _add_value(session, option, ValueSheet(name=name), position)


async def put_declared(session: Session, options: Sequence[OptionRow], sheets: Sequence[OptionSheet]) -> bool:
    """Bring values to the order and swatches of the sheets of the same options; whether that changed anything."""
    changed = False
    for option, sheet in zip(options, sheets, strict=True):
        known = {value.name: value for value in option.values}
        for place, value in enumerate(sheet.values):
            standing = known.get(value.name)
            if standing is None:
                await _add_value(session, option, value, place)
                changed = True
            elif (standing.position, standing.swatch) != (place, swatch := value.swatch or standing.swatch):
                await session.execute(_PLACE, {"value": standing.id, "position_": place, "swatch_": swatch})
                changed = True
    return changed


async def drop_options(session: Session, product_id: int) -> None:
    """Take away all options of a product whose variants are archived; those keep their titles."""
    options = await option_rows(session, product_id)
    value_ids = [value.id for option in options for value in option.values]
    await session.execute(_UNLINK, {"value_ids": value_ids})
    await forget_texts(session, "ProductOptionValue", value_ids)
    await forget_texts(session, "ProductOption", [option.id for option in options])
    await session.execute(_DROP, {"product": product_id})


async def edit_option(session: Session, option_id: int, changes: OptionChanges, *, at: datetime) -> int:
    """Rename an option or its values, give them swatches and translations. Returns the product.

    Raises NotFound, and BadInput for a name that another has. The titles of variants follow.
    """
    product_id = await session.value(_OWNER, {"option": option_id})
    if product_id is None:
        raise NotFound(field=("option_id",), what=f"The option {option_id}")
    options = await option_rows(session, product_id)
    option = next(row for row in options if row.id == option_id)
    if changes.name is not None and changes.name != option.name:
        if any(row.name.casefold() == changes.name.casefold() for row in options if row.id != option_id):
            raise BadInput(
                field=("name",),
                problem=f"Two options would be called {changes.name}.",
                reason="same_option",
                name=changes.name,
            )
        await session.execute(_RENAME, {"option": option_id, "name_": changes.name})
    await translate(session, "ProductOption", option_id, changes.texts)
    for index, value in enumerate(changes.values):
        await _edit_value(session, option, value, index)
    await _retitle(session, product_id, at)
    return product_id


async def _edit_value(session: Session, option: OptionRow, changes: ValueChanges, index: int) -> None:
    standing = next((value for value in option.values if value.id == changes.id), None)
    if standing is None:
        raise NotFound(field=("values", str(index), "id"), what=f"The value {changes.id} of {option.name}")
    others = await session.fetch(_NAMED, {"option": option.id, "name_": changes.name or standing.name})
    if any(value_id != standing.id for (value_id,) in others):
        raise BadInput(
            field=("values", str(index), "name"),
            problem=f"Two values would be called {changes.name}.",
            reason="same_value",
            name=changes.name,
        )
    swatch = standing.swatch if changes.swatch is None else changes.swatch or None
    await session.execute(
        _RENAME_VALUE, {"value": standing.id, "name_": changes.name or standing.name, "swatch_": swatch}
    )
    await translate(session, "ProductOptionValue", standing.id, changes.texts)


async def _retitle(session: Session, product_id: int, at: datetime) -> None:
    """Bring the titles of a product's live variants up to their values' names."""
    named: dict[int, list[tuple[str, str]]] = {}
    titles: dict[int, str] = {}
    for variant_id, title, option, value in await session.fetch(_TITLES, {"product": product_id}):
        named.setdefault(variant_id, []).append((option, value))
        titles[variant_id] = title
    for variant_id, pairs in named.items():
        if variant_title(pairs) != titles[variant_id]:
            await session.execute(_RETITLE, {"variant": variant_id, "title_": variant_title(pairs), "at_": at})


async def _add_value(session: Session, option: OptionRow, value: ValueSheet, position: int) -> None:
    value_id = await session.insert(
        OptionValue, option_id=option.id, name=value.name, position=position, swatch=value.swatch
    )
    await translate(session, "ProductOptionValue", value_id, value.texts)


_OPTIONS = (
    select(Option.id, Option.name, Option.position)
    .where(Option.product_id == bindparam("product"))
    .order_by(Option.position)
)
_VALUES = (
    select(OptionValue.id, OptionValue.option_id, OptionValue.name, OptionValue.position, OptionValue.swatch)
    .where(id_in(OptionValue.option_id, "option_ids"))
    .order_by(OptionValue.option_id, OptionValue.position, OptionValue.id)
)
_PLACE = (
    update(table_of(OptionValue))
    .where(OptionValue.id == bindparam("value"))
    .values(position=bindparam("position_"), swatch=bindparam("swatch_"))
)
_UNLINK = delete(table_of(VariantValue)).where(id_in(VariantValue.value_id, "value_ids"))
_DROP = delete(table_of(Option)).where(Option.product_id == bindparam("product"))
_OWNER = select(Option.product_id).where(Option.id == bindparam("option"))
_RENAME = update(table_of(Option)).where(Option.id == bindparam("option")).values(name=bindparam("name_"))
_NAMED = select(OptionValue.id).where(
    OptionValue.option_id == bindparam("option"), OptionValue.name == bindparam("name_")
)
_RENAME_VALUE = (
    update(table_of(OptionValue))
    .where(OptionValue.id == bindparam("value"))
    .values(name=bindparam("name_"), swatch=bindparam("swatch_"))
)
_TITLES = (
    select(Variant.id, Variant.title, Option.name.label("option"), OptionValue.name.label("value"))
    .join(VariantValue, VariantValue.variant_id == Variant.id)
    .join(OptionValue, OptionValue.id == VariantValue.value_id)
    .join(Option, Option.id == OptionValue.option_id)
    .where(Variant.product_id == bindparam("product"), Variant.archived_at.is_(None))
    .order_by(Variant.id, Option.position)
)
_RETITLE = (
    update(table_of(Variant))
    .where(Variant.id == bindparam("variant"))
    .values(title=bindparam("title_"), updated_at=bindparam("at_"))
)
