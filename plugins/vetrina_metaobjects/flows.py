"""Metaobjects are defined, entries written, translated, published and removed."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import msgspec
from sqlalchemy import bindparam, delete, func, select, update

from vetrina.flows.auditing import audited
from vetrina.flows.catalog import HandleTaken
from vetrina.flows.wording import check_handle, slug
from vetrina.kernel.context import Context, once
from vetrina.kernel.db import BigInt, Session, table_of
from vetrina.kernel.errors import BadInput, NotFound, Refusal
from vetrina.plugin.words import Say
from vetrina_metaobjects.models import Metaobject, MetaobjectDefinition
from vetrina_metaobjects.sheets import (
    MOST_DEFINITIONS,
    DefinitionSheet,
    EntrySheet,
    checked_definition,
    checked_texts,
    checked_values,
)
from vetrina_metaobjects.views import DefinitionRow, MetaobjectRow, definition, definitions, desk_entry

READ, WRITE = "metaobjects.read", "metaobjects.write"


class TypeTaken(Refusal):
    """Another definition has the type. Facts: type."""

    code = "METAOBJECT_TYPE_TAKEN"
    text = "There is a definition of the type {type} already."
    texts = {"it": "Esiste già una definizione del tipo {type}."}


class FieldInUse(Refusal):
    """Entries have values of a field whose type is to change. Facts: key."""

    code = "METAOBJECT_FIELD_IN_USE"
    text = "Entries have values in {key}: its type stays. Add another field instead."
    texts = {"it": "Ci sono voci con valori in {key}: il suo tipo resta. Aggiungi invece un altro campo."}


class DefinitionInUse(Refusal):
    """A definition cannot go while it has entries."""

    code = "METAOBJECT_DEFINITION_IN_USE"
    text = "This definition has entries: remove them first."
    texts = {"it": "Questa definizione ha delle voci: prima rimuovile."}


@once
async def define(ctx: Context, sheet: DefinitionSheet) -> int:
    """Write a definition; its id. Needs metaobjects.write. Raises BadInput, TypeTaken."""
    ctx.require(WRITE)
    checked = checked_definition(sheet)
    known = await definitions(ctx.db)
    if len(known) >= MOST_DEFINITIONS:
        raise BadInput(
            field=("type",),
            problem=Say(
                f"There are {MOST_DEFINITIONS} definitions, which is the most.",
                it=f"Ci sono già {MOST_DEFINITIONS} definizioni, di più non si può.",
            ),
        )
    if any(row.type == checked.type for row in known):
        raise TypeTaken(field=("type",), type=checked.type)
    async with ctx.tx() as session:
        key = session.outcome = await session.insert(MetaobjectDefinition, **_columns(checked), updated_at=ctx.now())
        await audited(ctx, session, "metaobjects.defined", f"metaobject-definition:{key}", after={"type": checked.type})
    return key


@once
async def redefine(ctx: Context, definition_id: int, sheet: DefinitionSheet) -> None:
    """Write a definition anew; its type stays, and so does the type of a field that has values.

    Needs metaobjects.write. Raises NotFound, BadInput, FieldInUse.
    """
    ctx.require(WRITE)
    known = await _kind(ctx, definition_id)
    checked = checked_definition(msgspec.structs.replace(sheet, type=known.type))
    types = {field.key: field.type for field in checked.fields}
    moved = [field.key for field in known.sheets if types.get(field.key, field.type) != field.type]
    async with ctx.tx() as session:
        for values in [row for (row,) in await session.fetch(_VALUES, {"definition": definition_id})] if moved else []:
            used = next((key for key in moved if key in values), None)
            if used is not None:
                raise FieldInUse(field=("fields",), key=used)
        given = {f"{name}_": value for name, value in _columns(checked).items()}
        await session.execute(_REDEFINE, {"definition": definition_id, "at_": ctx.now(), **given})
        after = {"type": checked.type, "fields": list(types)}
        await audited(ctx, session, "metaobjects.redefined", f"metaobject-definition:{definition_id}", after=after)


@once
async def undefine(ctx: Context, definition_id: int) -> None:
    """Forget a definition without entries. Needs metaobjects.write. Raises NotFound, DefinitionInUse."""
    ctx.require(WRITE)
    known = await _kind(ctx, definition_id)
    async with ctx.tx() as session:
        if await session.value(_COUNT, {"definition": definition_id}):
            raise DefinitionInUse()
        await session.execute(_UNDEFINE, {"definition": definition_id})
        subject = f"metaobject-definition:{definition_id}"
        await audited(ctx, session, "metaobjects.undefined", subject, before={"type": known.type})


@once
async def create_entry(
    ctx: Context, definition_id: int, sheet: EntrySheet, published_at: datetime | None = None
) -> int:
    """Write an entry of a definition; its id. Without `published_at` it is a draft. Needs metaobjects.write.

    Raises NotFound, BadInput at the field that is wrong, HandleTaken.
    """
    ctx.require(WRITE)
    kind = await _kind(ctx, definition_id)
    values = checked_values(kind.sheets, sheet.values)
    async with ctx.tx() as session:
        handle = await _handle(session, definition_id, sheet.handle, values.get(kind.title_key, ""), kind.type)
        key = session.outcome = await session.insert(
            Metaobject,
            definition_id=definition_id,
            handle=handle,
            title=values.get(kind.title_key) or handle,
            values=values,
            texts={},
            published_at=_aware(published_at),
            updated_at=ctx.now(),
        )
        await audited(ctx, session, "metaobjects.created", f"metaobject:{key}", after={"type": kind.type, **values})
    return key


@once
async def edit_entry(ctx: Context, entry_id: int, sheet: EntrySheet) -> None:
    """Write an entry anew; without a handle it keeps its own. Needs metaobjects.write.

    Raises NotFound, BadInput, HandleTaken.
    """
    ctx.require(WRITE)
    entry = await _entry(ctx, entry_id)
    kind = await _kind(ctx, entry.definition_id)
    values = checked_values(kind.sheets, sheet.values)
    async with ctx.tx() as session:
        wanted = sheet.handle.strip()
        handle = entry.handle
        if wanted not in ("", handle):
            handle = await _handle(session, kind.id, wanted, "", kind.type)
        title = values.get(kind.title_key) or handle
        given = {"handle_": handle, "title_": title, "values_": values, "at_": ctx.now()}
        await session.execute(_EDIT, {"entry": entry_id, **given})
        await audited(ctx, session, "metaobjects.edited", f"metaobject:{entry_id}", before=entry.values, after=values)


@once
async def translate_entry(ctx: Context, entry_id: int, language: str, texts: Mapping[str, str]) -> None:
    """Say in another language (ISO 639-1) what an entry says; what is left out is shown as it was written.

    Needs metaobjects.write. Raises NotFound, BadInput.
    """
    ctx.require(WRITE)
    if not (len(language) == 2 and language.isascii() and language.isalpha() and language.islower()):
        raise BadInput(
            field=("language",),
            problem=Say(
                "A language is two small letters, such as it.", it="Una lingua ha due lettere minuscole, come it."
            ),
        )
    entry = await _entry(ctx, entry_id)
    kept = checked_texts((await _kind(ctx, entry.definition_id)).sheets, texts)
    spoken = {key: value for key, value in {**entry.texts, language: kept}.items() if value}
    async with ctx.tx() as session:
        await session.execute(_TRANSLATE, {"entry": entry_id, "texts_": spoken, "at_": ctx.now()})
        after = {"language": language, **kept}
        await audited(ctx, session, "metaobjects.translated", f"metaobject:{entry_id}", after=after)


@once
async def publish_entry(ctx: Context, entry_id: int, at: datetime | None = None) -> None:
    """Show an entry, now or from a moment on. Needs metaobjects.write. Raises NotFound."""
    await _set_publication(ctx, entry_id, _aware(at) or ctx.now())


@once
async def unpublish_entry(ctx: Context, entry_id: int) -> None:
    """Make an entry a draft. Needs metaobjects.write. Raises NotFound."""
    await _set_publication(ctx, entry_id, None)


@once
async def remove_entry(ctx: Context, entry_id: int) -> None:
    """Remove an entry. What refers to it then refers to nothing. Needs metaobjects.write. Raises NotFound."""
    ctx.require(WRITE)
    entry = await _entry(ctx, entry_id)
    async with ctx.tx() as session:
        await session.execute(_REMOVE, {"entry": entry_id})
        before = {"type": entry.type, "handle": entry.handle, **entry.values}
        await audited(ctx, session, "metaobjects.removed", f"metaobject:{entry_id}", before=before)


async def _set_publication(ctx: Context, entry_id: int, at: datetime | None) -> None:
    ctx.require(WRITE)
    await _entry(ctx, entry_id)
    async with ctx.tx() as session:
        await session.execute(_PUBLISH, {"entry": entry_id, "published_": at, "at_": ctx.now()})
        action = "metaobjects.published" if at else "metaobjects.unpublished"
        after = {"published_at": at.isoformat() if at else None}
        await audited(ctx, session, action, f"metaobject:{entry_id}", after=after)


async def _kind(ctx: Context, definition_id: int) -> DefinitionRow:
    found = await definition(ctx.db, definition_id)
    if found is None:
        raise NotFound(what="The definition")
    return found


async def _entry(ctx: Context, entry_id: int) -> MetaobjectRow:
    found = await desk_entry(ctx.db, entry_id)
    if found is None:
        raise NotFound(what="The metaobject")
    return found


async def _handle(session: Session, definition_id: int, wanted: str, title: str, otherwise: str) -> str:
    """The handle somebody chose, or one made from the title that is free. Raises BadInput, HandleTaken."""
    taken = {handle for (handle,) in await session.fetch(_HANDLES, {"definition": definition_id})}
    if wanted.strip():
        handle = check_handle(wanted.strip())
        if handle in taken:
            raise HandleTaken(field=("handle",), handle=handle)
        return handle
    first = handle = slug(title, otherwise)
    number = 1
    while handle in taken:
        number += 1
        handle = f"{first}-{number}"
    return handle


def _columns(sheet: DefinitionSheet) -> dict[str, Any]:
    return msgspec.to_builtins(sheet)


def _aware(at: datetime | None) -> datetime | None:
    """A moment without a zone is in UTC."""
    return at.replace(tzinfo=UTC) if at is not None and at.tzinfo is None else at


_KIND = bindparam("definition", type_=BigInt)
_ENTRY = bindparam("entry", type_=BigInt)
_OF_KIND = Metaobject.definition_id == _KIND
_VALUES = select(Metaobject.values).where(_OF_KIND)
_COUNT = select(func.count()).where(_OF_KIND)
_HANDLES = select(Metaobject.handle).where(_OF_KIND)
_REDEFINE = (
    update(table_of(MetaobjectDefinition))
    .where(MetaobjectDefinition.id == _KIND)
    .values(
        {
            **{name: bindparam(f"{name}_") for name in DefinitionSheet.__struct_fields__},
            "updated_at": bindparam("at_"),
        }
    )
)
_UNDEFINE = delete(table_of(MetaobjectDefinition)).where(MetaobjectDefinition.id == _KIND)
_CHANGE = update(table_of(Metaobject)).where(Metaobject.id == _ENTRY)
_EDIT = _CHANGE.values(
    handle=bindparam("handle_"), title=bindparam("title_"), values=bindparam("values_"), updated_at=bindparam("at_")
)
_TRANSLATE = _CHANGE.values(texts=bindparam("texts_"), updated_at=bindparam("at_"))
_PUBLISH = _CHANGE.values(published_at=bindparam("published_"), updated_at=bindparam("at_"))
_REMOVE = delete(table_of(Metaobject)).where(Metaobject.id == _ENTRY)
