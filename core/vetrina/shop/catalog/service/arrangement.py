"""Bring a product's options and variants to what a sheet says: keep what matches, add what is new, archive the rest."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec

from vetrina.kernel.db import Session
from vetrina.shop.catalog.models import Option, OptionValue, Variant
from vetrina.shop.catalog.rules import OptionSheet, VariantSheet
from vetrina.shop.catalog.service.creation import Keys, draw_options, draw_variants, empty, fill, variant_values
from vetrina.shop.catalog.service.media import media_for
from vetrina.shop.catalog.service.options import drop_options, option_rows, put_declared, value_keys
from vetrina.shop.catalog.service.products import editable, touch
from vetrina.shop.catalog.service.variants import VariantRow, live_variants, set_variant_columns

Values = dict[tuple[str, str], int]
"""Keys of option values by the names of option and value."""


class Arranged(msgspec.Struct, frozen=True):
    """Keys in the order of the sheet's variants, which of them are new, and how many others were archived."""

    variant_ids: tuple[int, ...]
    new_ids: frozenset[int]
    archived: int
    is_changed: bool


async def arrange(
    session: Session,
    product_id: int,
    options: Sequence[OptionSheet],
    variants: Sequence[VariantSheet],
    *,
    at: datetime,
) -> Arranged:
    """Make a product have exactly these checked options and variants.

    A variant is the same as long as its option values are. Other options, or the same in another order, make all
    variants new. Raises NotFound, ProductIsArchived.
    """
    await editable(session, product_id)
    standing = {row.option_key: row for row in await live_variants(session, product_id)}
    values, is_changed = await _bring_options(session, product_id, options, list(standing.values()), at)
    known = {} if is_changed is None else standing
    urls = [variant.image for variant in variants if variant.image]
    media = await media_for(session, product_id, urls, at) if urls else {}
    wanted = {"-".join(str(values[pair]) for pair in variant.options): variant for variant in variants}
    gone = [row for key, row in known.items() if key not in wanted]
    await _archive(session, gone, at)
    edited = await _bring_standing(session, known, wanted, media, at)
    added = await _add_missing(session, product_id, known, wanted, values, media, at)
    changed = is_changed is not False or bool(gone or edited or added)
    if changed:
        await touch(session, product_id, at)
    return Arranged(
        variant_ids=tuple(known[key].id if key in known else added[key] for key in wanted),
        new_ids=frozenset(added.values()),
        archived=len(standing) if is_changed is None else len(gone),
        is_changed=changed,
    )


async def _bring_options(
    session: Session, product_id: int, options: Sequence[OptionSheet], standing: Sequence[VariantRow], at: datetime
) -> tuple[Values, bool | None]:
    """The values' keys, and whether anything changed; None when all variants had to go."""
    rows = await option_rows(session, product_id)
    if [row.name for row in rows] == [option.name for option in options]:
        is_changed = await put_declared(session, rows, options)
        return value_keys(await option_rows(session, product_id)), is_changed
    await _archive(session, standing, at)
    await drop_options(session, product_id)
    count = sum(len(option.values) for option in options)
    keys = Keys(
        media=[],
        options=(await session.take_ids(Option, len(options)))[::-1],
        values=(await session.take_ids(OptionValue, count))[::-1],
        variants=[],
    )
    drawn = empty()
    values = draw_options(drawn, keys, product_id, options)
    await fill(session, drawn)
    return values, None


async def _bring_standing(
    session: Session,
    known: Mapping[str, VariantRow],
    wanted: Mapping[str, VariantSheet],
    media: Mapping[str, int],
    at: datetime,
) -> bool:
    """Write what differs on variants that stay; whether anything did."""
    edited = False
    for position, (key, sheet) in enumerate(wanted.items()):
        row = known.get(key)
        if row is None:
            continue
        given: dict[str, Any] = {**variant_values(sheet), "position": position}
        if sheet.image:
            given["image_id"] = media[sheet.image]
        columns = {name: value for name, value in given.items() if value != getattr(row, name)}
        if columns:
            await set_variant_columns(session, row.id, **columns, updated_at=at)
            edited = True
    return edited


async def _add_missing(
    session: Session,
    product_id: int,
    known: Mapping[str, VariantRow],
    wanted: Mapping[str, VariantSheet],
    values: Values,
    media: dict[str, int],
    at: datetime,
) -> dict[str, int]:
    """Write variants that were not there, each at its place. Returns their keys by combination."""
    added: dict[str, int] = {}
    missing = [(position, key) for position, key in enumerate(wanted) if key not in known]
    keys = Keys([], [], [], (await session.take_ids(Variant, len(missing)))[::-1] if missing else [])
    drawn = empty()
    for position, key in missing:
        (added[key],) = draw_variants(drawn, keys, product_id, [wanted[key]], values, media, at=at, position=position)
    await fill(session, drawn)
    return added


async def _archive(session: Session, rows: Sequence[VariantRow], at: datetime) -> None:
    for row in rows:
        await set_variant_columns(session, row.id, archived_at=at, updated_at=at)
