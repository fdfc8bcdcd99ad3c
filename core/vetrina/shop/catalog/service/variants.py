"""Add, edit and archive single variants."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec
from msgspec import UNSET
from sqlalchemy import bindparam, func, select, update

from vetrina.kernel.db import Session, table_of
from vetrina.kernel.errors import BadInput, NotFound
from vetrina.shop.catalog.models import Variant
from vetrina.shop.catalog.rules import (
    MOST_VARIANTS,
    LastVariant,
    VariantChanges,
    VariantSheet,
    checked_quantities,
)
from vetrina.shop.catalog.service.creation import Keys, draw_variants, empty, fill
from vetrina.shop.catalog.service.media import media_for
from vetrina.shop.catalog.service.options import option_rows, put_values, value_keys
from vetrina.shop.catalog.service.products import Edit, ProductRow, editable, touch

COLUMNS = (
    "sku", "barcode", "weight", "length", "width", "height", "measure", "requires_shipping", "is_taxable", "tax_class",
    "quantity_minimum", "quantity_increment", "quantity_maximum",
)  # fmt: skip


class VariantRow(msgspec.Struct, frozen=True):
    """A variant as its table holds it."""

    id: int
    product_id: int
    title: str
    option_key: str
    position: int
    sku: str | None
    barcode: str | None
    image_id: int | None
    weight: int | None
    length: int | None
    width: int | None
    height: int | None
    measure: dict[str, Any] | None
    requires_shipping: bool
    is_taxable: bool
    tax_class: str
    quantity_minimum: int
    quantity_increment: int
    quantity_maximum: int | None


async def add_variants(
    session: Session, product_id: int, variants: Sequence[VariantSheet], *, at: datetime
) -> tuple[int, ...]:
    """Add checked variants of the product's own options behind the others. Returns their keys.

    Raises NotFound, ProductIsArchived, and BadInput for a combination that exists or options the product has not.
    """
    await editable(session, product_id)
    standing = await live_variants(session, product_id)
    if len(standing) + len(variants) > MOST_VARIANTS:
        raise BadInput(
            field=("variants",),
            problem=f"A product has at most {MOST_VARIANTS} variants.",
            reason="many",
            most=MOST_VARIANTS,
        )
    options = await option_rows(session, product_id)
    ordered = [_in_order(variant, [option.name for option in options], index) for index, variant in enumerate(variants)]
    await put_values(session, options, ordered)
    values = value_keys(await option_rows(session, product_id))
    _check_new(ordered, values, {row.option_key for row in standing})
    urls = [variant.image for variant in ordered if variant.image]
    media = await media_for(session, product_id, urls, at) if urls else {}
    keys, drawn = Keys([], [], [], (await session.take_ids(Variant, len(ordered)))[::-1]), empty()
    first = max((row.position for row in standing), default=-1) + 1
    added = draw_variants(drawn, keys, product_id, ordered, values, media, at=at, position=first)
    await fill(session, drawn)
    await touch(session, product_id, at)
    return added


async def edit_variant(session: Session, variant_id: int, changes: VariantChanges, *, at: datetime) -> tuple[int, Edit]:
    """Write checked changes of one variant; its product, and what changed.

    Raises NotFound, ProductIsArchived, BadInput for quantities.
    """
    variant, product = await _locked(session, variant_id)
    given = {name: getattr(changes, name) for name in COLUMNS}
    if changes.image is not UNSET:
        media = await media_for(session, variant.product_id, [changes.image], at) if changes.image else {}
        given["image_id"] = media[changes.image] if changes.image else None
    if changes.measure is not UNSET:
        given["measure"] = msgspec.to_builtins(changes.measure)
    columns = {name: value for name, value in given.items() if value is not UNSET and value != getattr(variant, name)}
    whole = {name: columns.get(name, getattr(variant, name)) for name in COLUMNS}
    checked_quantities(whole["quantity_minimum"], whole["quantity_increment"], whole["quantity_maximum"])
    if columns:
        await set_variant_columns(session, variant_id, **columns, updated_at=at)
        await touch(session, variant.product_id, at)
    before = {name: getattr(variant, name) for name in columns}
    return variant.product_id, Edit(product.handle, before, columns)


async def archive_variant(session: Session, variant_id: int, *, at: datetime) -> int:
    """Take a variant off sale for good. Returns its product. Raises NotFound, ProductIsArchived, LastVariant."""
    variant, _ = await _locked(session, variant_id)
    if await session.value(_LIVE, {"product": variant.product_id}) == 1:
        raise LastVariant(product_id=variant.product_id)
    await set_variant_columns(session, variant_id, archived_at=at, updated_at=at)
    await touch(session, variant.product_id, at)
    return variant.product_id


async def live_variants(session: Session, product_id: int) -> list[VariantRow]:
    """A product's variants that are not archived, in order."""
    return await session.rows(VariantRow, _VARIANTS, {"product": product_id})


async def set_variant_columns(session: Session, variant_id: int, **columns: Any) -> None:
    """Write some of a variant's columns."""
    table = table_of(Variant)
    statement = (
        update(table)
        .where(table.c.id == bindparam("variant"))
        .values({name: bindparam(f"{name}_") for name in sorted(columns)})
    )
    await session.execute(statement, {"variant": variant_id, **{f"{key}_": value for key, value in columns.items()}})


async def _locked(session: Session, variant_id: int) -> tuple[VariantRow, ProductRow]:
    """The live variant with its product locked. Raises NotFound, ProductIsArchived."""
    product_id = await session.value(_OWNER, {"variant": variant_id})
    if product_id is None:
        raise NotFound(field=("variant_id",), what=f"The variant {variant_id}")
    product = await editable(session, product_id)
    for variant in await live_variants(session, product_id):
        if variant.id == variant_id:
            return variant, product
    raise NotFound(field=("variant_id",), what=f"The variant {variant_id}")


def _in_order(variant: VariantSheet, names: Sequence[str], index: int) -> VariantSheet:
    """The variant with its values in the order of the product's options."""
    given = {" ".join(name.split()).casefold(): " ".join(value.split()) for name, value in variant.options}
    pairs = tuple((name, given.pop(name.casefold(), "")) for name in names)
    if given or not all(value for _, value in pairs):
        wanted = ", ".join(names) or "none"
        raise BadInput(
            field=("variants", str(index), "options"),
            problem=f"A variant has a value of each option: {wanted}.",
            reason="option_values" if names else "no_options",
            options=wanted,
        )
    return msgspec.structs.replace(variant, options=pairs)


def _check_new(variants: Sequence[VariantSheet], values: dict[tuple[str, str], int], taken: set[str]) -> None:
    for index, variant in enumerate(variants):
        key = "-".join(str(values[pair]) for pair in variant.options)
        if key in taken:
            raise BadInput(
                field=("variants", str(index), "options"),
                problem="This variant is there already.",
                reason="same_variant",
            )
        taken.add(key)


_OWNER = select(Variant.product_id).where(Variant.id == bindparam("variant"))
_LIVE = select(func.count()).where(Variant.product_id == bindparam("product"), Variant.archived_at.is_(None))
_VARIANTS = (
    select(*(getattr(Variant, name) for name in VariantRow.__struct_fields__))
    .where(Variant.product_id == bindparam("product"), Variant.archived_at.is_(None))
    .order_by(Variant.position, Variant.id)
)
