"""The desk: kinds with their fields, the entries of a kind, one entry with its translations."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from pydantic import BaseModel

from vetrina.graphql import read_cursor, write_cursor
from vetrina.kernel.errors import NotFound
from vetrina.plugin import Context, Say
from vetrina.plugin.admin import (
    Action,
    AdminPage,
    Asked,
    Badge,
    Block,
    Button,
    Column,
    Done,
    Facts,
    Form,
    Link,
    Notice,
    Row,
    Section,
    Table,
)
from vetrina.views.markets import atlas
from vetrina_metaobjects import flows
from vetrina_metaobjects.flows import READ, WRITE
from vetrina_metaobjects.forms import KindForm, NewKindForm, ScheduleForm, entry_form, text_form
from vetrina_metaobjects.sheets import DefinitionSheet, EntrySheet, FieldSheet
from vetrina_metaobjects.views import (
    DefinitionRow,
    MetaobjectRow,
    counts,
    definition,
    definitions,
    desk_entries,
    desk_entry,
)

PAGE = 50
KINDS = (
    Column(Say("Definition", "Definizione")),
    Column(Say("Type", "Tipo")),
    Column(Say("Fields", "Campi"), "end"),
    Column(Say("Entries", "Voci"), "end"),
)
ENTRIES = (
    Column(Say("Entry", "Voce")),
    Column(Say("Handle", "Handle")),
    Column(Say("State", "Stato")),
    Column(Say("Changed", "Modificata")),
)
LANGUAGES = (Column(Say("Language", "Lingua")), Column(Say("Texts", "Testi"), "end"))
NO_KINDS = Say(
    "There is no definition yet. Write one below, such as designer with a name, a portrait and a life.",
    "Non c'è ancora nessuna definizione. Scrivine una qui sotto, come designer con un nome, un ritratto e una vita.",
)
NO_ENTRIES = Say(
    "There is no entry yet. Write the first below.", "Non c'è ancora nessuna voce. Scrivi la prima qui sotto."
)
STATES = {
    "draft": Badge(Say("Draft", "Bozza"), "neutral"),
    "scheduled": Badge(Say("Scheduled", "Programmata"), "warning"),
    "published": Badge(Say("Published", "Pubblicata"), "good"),
}


def pages() -> list[AdminPage]:
    """Four: kinds, a kind, an entry, and an entry in another language."""
    return [
        AdminPage(
            "",
            Say("Metaobjects", "Metaobject"),
            READ,
            show_kinds,
            (Action("define", define, WRITE, NewKindForm),),
            section="content",
        ),
        AdminPage(
            "definitions/{id}", Say("Definition", "Definizione"), READ, show_kind, KIND_ACTIONS, is_in_menu=False
        ),
        AdminPage("entries/{id}", Say("Entry", "Voce"), READ, show_entry, ENTRY_ACTIONS, is_in_menu=False),
        AdminPage(
            "entries/{id}/{language}",
            Say("Translation", "Traduzione"),
            READ,
            show_translation,
            (Action("translate", translate, WRITE, form_of=form_of_texts),),
            is_in_menu=False,
        ),
    ]


async def show_kinds(ctx: Context, asked: Asked) -> Sequence[Block]:
    """Every definition, and the form for another."""
    known = await counts(ctx.db)
    rows = tuple(
        Row((row.name, row.type, len(row.fields), known.get(row.id, 0)), to=f"definitions/{row.id}")
        for row in await definitions(ctx.db)
    )
    form = Form("define", NewKindForm, Say("Define", "Definisci"), {"fields": [{"key": "name", "name": "Name"}]})
    section = Section(Say("Write a definition", "Scrivi una definizione"), (form,))
    return [Table(KINDS, rows, NO_KINDS), *([section] if _may(ctx) else [])]


async def define(ctx: Context, asked: Asked, sent: NewKindForm) -> Done:
    key = await flows.define(ctx, _sheet(sent, sent.type))
    return Done(
        Say("The definition is saved: write its entries.", "La definizione è salvata: scrivi le sue voci."),
        to=f"definitions/{key}",
    )


async def show_kind(ctx: Context, asked: Asked) -> Sequence[Block]:
    """A definition with its entries, and the form for another entry."""
    kind = await _kind(ctx, asked)
    blocks: list[Block] = [await _entries(ctx, asked, kind)]
    if not _may(ctx):
        return blocks
    begin = Form("create", entry_form(kind.sheets), Say("Keep as a draft", "Salva come bozza"))
    change = Form("redefine", KindForm, Say("Save the definition", "Salva la definizione"), _kind_values(kind))
    sure = Say("Delete this definition?", "Eliminare questa definizione?")
    return [
        *blocks,
        Section(Say("Write an entry", "Scrivi una voce"), (begin,)),
        Section(Say("Definition", "Definizione"), (change,)),
        Button("undefine", Say("Delete the definition", "Elimina la definizione"), tone="bad", confirm=sure),
    ]


async def create(ctx: Context, asked: Asked, sent: BaseModel) -> Done:
    kind = await _kind(ctx, asked)
    key = await flows.create_entry(ctx, kind.id, _entry_sheet(kind.sheets, sent))
    kept = Say("It is kept as a draft: publish it when it is ready.", "È una bozza: pubblicala quando è pronta.")
    return Done(kept, to=f"entries/{key}")


async def redefine(ctx: Context, asked: Asked, sent: KindForm) -> Done:
    kind = await _kind(ctx, asked)
    await flows.redefine(ctx, kind.id, _sheet(sent, kind.type))
    return Done(Say("The definition has been saved.", "La definizione è stata salvata."))


async def undefine(ctx: Context, asked: Asked, sent: Mapping[str, str]) -> Done:
    await flows.undefine(ctx, (await _kind(ctx, asked)).id)
    return Done(Say("The definition is gone.", "La definizione è stata eliminata."), to="")


async def form_of_kind(ctx: Context, asked: Asked) -> type[BaseModel]:
    return entry_form((await _kind(ctx, asked)).sheets)


async def show_entry(ctx: Context, asked: Asked) -> Sequence[Block]:
    """Facts, publication, what is written, translations, the end."""
    entry = await _entry(ctx, asked)
    kind = Link(entry.type, f"definitions/{entry.definition_id}")
    facts: list[tuple[Any, Any]] = [
        (Say("Type", "Tipo"), kind),
        (Say("Handle", "Handle"), entry.handle),
        (Say("State", "Stato"), _state(ctx, entry)),
        (Say("Shown from", "Mostrata dal"), entry.published_at),
    ]
    if not _may(ctx):
        return [Facts((*facts, *entry.values.items()))]
    sheets = _sheets(entry)
    form = Form("edit", entry_form(sheets), Say("Save", "Salva"), {**entry.values, "handle_": entry.handle})
    blocks: list[Block] = [
        Facts(tuple(facts)),
        Section(Say("Publication", "Pubblicazione"), _publication(ctx, entry)),
        Section(entry.title, (form,)),
    ]
    languages = await _other_languages(ctx)
    if languages:
        rows = tuple(Row((one, len(entry.texts.get(one, {}))), to=f"entries/{entry.id}/{one}") for one in languages)
        blocks.append(Section(Say("Translations", "Traduzioni"), (Table(LANGUAGES, rows, ""),)))
    sure = Say("Remove it for good, with its translations?", "Rimuoverla per sempre, con le traduzioni?")
    return [*blocks, Button("remove", Say("Remove", "Rimuovi"), tone="bad", confirm=sure)]


async def edit(ctx: Context, asked: Asked, sent: BaseModel) -> Done:
    entry = await _entry(ctx, asked)
    await flows.edit_entry(ctx, entry.id, _entry_sheet(_sheets(entry), sent))
    return Done(Say("It has been saved.", "È stata salvata."))


async def publish(ctx: Context, asked: Asked, sent: Mapping[str, str]) -> Done:
    await flows.publish_entry(ctx, (await _entry(ctx, asked)).id)
    return Done(Say("Front ends can read it.", "I front end la possono leggere."))


async def schedule(ctx: Context, asked: Asked, sent: ScheduleForm) -> Done:
    await flows.publish_entry(ctx, (await _entry(ctx, asked)).id, sent.at)
    return Done(Say("It is shown from then on.", "Sarà mostrata da allora."))


async def unpublish(ctx: Context, asked: Asked, sent: Mapping[str, str]) -> Done:
    await flows.unpublish_entry(ctx, (await _entry(ctx, asked)).id)
    return Done(Say("It is a draft again.", "È di nuovo una bozza."))


async def remove(ctx: Context, asked: Asked, sent: Mapping[str, str]) -> Done:
    entry = await _entry(ctx, asked)
    await flows.remove_entry(ctx, entry.id)
    return Done(Say("It is gone.", "È stata rimossa."), to=f"definitions/{entry.definition_id}")


async def form_of_entry(ctx: Context, asked: Asked) -> type[BaseModel]:
    return entry_form(_sheets(await _entry(ctx, asked)))


async def show_translation(ctx: Context, asked: Asked) -> Sequence[Block]:
    """What an entry says in another language, beside what was written."""
    entry, language = await _entry(ctx, asked), await _language(ctx, asked)
    fields = text_form(_sheets(entry))
    written = entry.texts.get(language, {})
    form = Form("translate", fields, Say("Save the translation", "Salva la traduzione"), written)
    empty = Say("What is left empty is shown as it was written.", "Ciò che resta vuoto si mostra come è stato scritto.")
    way = Link(entry.title, f"entries/{entry.id}")
    original = Facts(tuple((key, entry.values.get(key, "")) for key in fields.model_fields))
    return [
        Facts(((Say("Entry", "Voce"), way), (Say("Language", "Lingua"), language))),
        Notice(empty),
        *([Section(Say("Translation", "Traduzione"), (form,))] if _may(ctx) else []),
        Section(Say("As it was written", "Come è stata scritta"), (original,)),
    ]


async def translate(ctx: Context, asked: Asked, sent: BaseModel) -> Done:
    entry = await _entry(ctx, asked)
    await flows.translate_entry(ctx, entry.id, await _language(ctx, asked), _texts(sent))
    return Done(Say("The translation has been saved.", "La traduzione è stata salvata."))


async def form_of_texts(ctx: Context, asked: Asked) -> type[BaseModel]:
    return text_form(_sheets(await _entry(ctx, asked)))


KINDS_ACTIONS = (Action("define", define, WRITE, NewKindForm),)
KIND_ACTIONS = (
    Action("create", create, WRITE, form_of=form_of_kind),
    Action("redefine", redefine, WRITE, KindForm),
    Action("undefine", undefine, WRITE),
)
ENTRY_ACTIONS = (
    Action("edit", edit, WRITE, form_of=form_of_entry),
    Action("publish", publish, WRITE),
    Action("schedule", schedule, WRITE, ScheduleForm),
    Action("unpublish", unpublish, WRITE),
    Action("remove", remove, WRITE),
)


async def _entries(ctx: Context, asked: Asked, kind: DefinitionRow) -> Table:
    after = asked.query.get("after")
    given = read_cursor(after, "after") if after else ()
    below = given[0] if given and isinstance(given[0], int) else None
    found = await desk_entries(ctx.db, kind.id, size=PAGE + 1, below=below)
    rows = tuple(
        Row((row.title, row.handle, _state(ctx, row), row.updated_at), to=f"entries/{row.id}") for row in found[:PAGE]
    )
    return Table(ENTRIES, rows, NO_ENTRIES, after=write_cursor(found[PAGE - 1].id) if len(found) > PAGE else None)


def _publication(ctx: Context, entry: MetaobjectRow) -> tuple[Block, ...]:
    if entry.published_at is not None:
        return (Button("unpublish", Say("Make it a draft", "Riporta a bozza")),)
    return (
        Button("publish", Say("Publish now", "Pubblica ora"), tone="good"),
        Form("schedule", ScheduleForm, Say("Schedule", "Programma")),
    )


def _state(ctx: Context, entry: MetaobjectRow) -> Badge:
    at: datetime | None = entry.published_at
    return STATES["draft" if at is None else "scheduled" if at > ctx.now() else "published"]


def _may(ctx: Context) -> bool:
    return ctx.actor.kind == "system" or WRITE in ctx.actor.permissions


async def _kind(ctx: Context, asked: Asked) -> DefinitionRow:
    found = await definition(ctx.db, _key(asked))
    if found is None:
        raise NotFound(what="The definition")
    return found


async def _entry(ctx: Context, asked: Asked) -> MetaobjectRow:
    found = await desk_entry(ctx.db, _key(asked))
    if found is None:
        raise NotFound(what="The entry")
    return found


def _key(asked: Asked) -> int:
    given = asked.parts.get("id", "")
    if not (given.isascii() and given.isdecimal() and len(given) < 19):
        raise NotFound(what="The page")
    return int(given)


async def _language(ctx: Context, asked: Asked) -> str:
    language = asked.parts.get("language", "")
    if language not in await _other_languages(ctx):
        raise NotFound(what="The language")
    return language


async def _other_languages(ctx: Context) -> list[str]:
    """Languages of the shop's markets beside its own."""
    world = await atlas(ctx.db)
    return sorted({language for _, language in world.languages} - {world.profile.language})


def _sheets(entry: MetaobjectRow) -> tuple[FieldSheet, ...]:
    return tuple(FieldSheet(**field) for field in entry.fields)


def _sheet(sent: KindForm, type_: str) -> DefinitionSheet:
    return DefinitionSheet(
        type=type_,
        name=sent.name,
        fields=tuple(
            FieldSheet(key=field.key, type=field.type, name=field.name, is_required=field.is_required)
            for field in sent.fields
        ),
        title_key=sent.title_key,
        seo_title_key=sent.seo_title_key,
        seo_description_key=sent.seo_description_key,
        has_pages=sent.has_pages,
    )


def _kind_values(kind: DefinitionRow) -> dict[str, Any]:
    names = ("name", "fields", "title_key", "seo_title_key", "seo_description_key", "has_pages")
    return {name: getattr(kind, name) for name in names}


def _entry_sheet(sheets: tuple[FieldSheet, ...], sent: BaseModel) -> EntrySheet:
    given = sent.model_dump()
    return EntrySheet(values={sheet.key: given.get(sheet.key, "") for sheet in sheets}, handle=given["handle_"])


def _texts(sent: BaseModel) -> dict[str, str]:
    return {key: value for key, value in sent.model_dump().items() if value}
