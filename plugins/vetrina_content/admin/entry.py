"""One page, blog or article: write, schedule, preview, translate, remove; a blog with its articles."""

import re
from collections.abc import Mapping, Sequence

from vetrina.kernel.errors import NotFound
from vetrina.plugin import Context, Say
from vetrina.plugin.admin import (
    Asked,
    Badge,
    Block,
    Button,
    Cell,
    Column,
    Done,
    Facts,
    Form,
    Link,
    Notice,
    Row,
    Section,
    Table,
    Text,
)
from vetrina.views.catalog.descriptions import plain
from vetrina_content.admin.forms import BlogForm, PageForm, ScheduleForm, TextForm
from vetrina_content.admin.listed import BEGIN, FORMS, entries_table, form_to_begin
from vetrina_content.admin.shown import KINDS, aware, key_in, may, other_languages, state_badge
from vetrina_content.admin.written import sheet_of, values_of
from vetrina_content.desk import DeskRow, WordingRow, desk_entries_by_id, wordings
from vetrina_content.flows import entries, translating
from vetrina_content.flows.sheets import TextSheet
from vetrina_content.rules import Kind, path_of

_BLOCK_ENDS = re.compile(r"</(?:p|h[2-6]|li|tr|ul|ol|table)>|<br>")
LANGUAGES = (
    Column(Say("Language", "Lingua")),
    Column(Say("Title", "Titolo")),
    Column(Say("State", "Stato")),
)
AS_READ = Say("As readers will read it", "Come si leggerà")
_WORDS = ("title", "handle", "body_html", "excerpt_html", "seo_title", "seo_description")


async def show(ctx: Context, asked: Asked) -> Sequence[Block]:
    """Facts and what is next to be done; what is written; translations; the end."""
    row = await _found(ctx, asked)
    kind = Kind(row.kind)
    known = await wordings(ctx.db, row.kind, [row.id])
    languages = await other_languages(ctx)
    blocks: list[Block] = [Facts(await _facts(ctx, row))]
    if kind is Kind.BLOG:
        articles: list[Block] = [await entries_table(ctx, asked, Kind.ARTICLE, row.id)]
        blocks.append(Section(Say("Articles", "Articoli"), tuple(articles)))
    if not may(ctx):
        return blocks
    form = Form(f"change-{kind.value}", FORMS[kind], Say("Save", "Salva"), await values_of(ctx, row))
    blocks.append(Section(Say("Publication", "Pubblicazione"), _publication(ctx, row)))
    blocks.append(Section(KINDS[kind], (form,)))
    if languages:
        table = Table(LANGUAGES, tuple(_language(row, one, known) for one in languages), "")
        blocks.append(Section(Say("Translations", "Traduzioni"), (table,)))
    sure = Say("Remove it for good, with its translations?", "Rimuovere per sempre, con le traduzioni?")
    return [*blocks, Button("remove", Say("Remove", "Rimuovi"), tone="bad", confirm=sure)]


async def show_blank(ctx: Context, asked: Asked) -> Sequence[Block]:
    """A new article of a blog."""
    row = await _found(ctx, asked)
    return [Facts(((Say("Blog", "Blog"), _way(row)),)), *form_to_begin(ctx, Kind.ARTICLE)]


async def show_translation(ctx: Context, asked: Asked) -> Sequence[Block]:
    """What it says in another language, beside what was written."""
    row, language = await _found(ctx, asked), asked.parts.get("language", "")
    if language not in await other_languages(ctx):
        raise NotFound(what="The language")
    text = (await wordings(ctx.db, row.kind, [row.id])).get((row.id, language))
    written = {name: getattr(text, name) or "" for name in _WORDS} if text is not None else {}
    empty = Say("What is left empty is shown as it was written.", "Ciò che resta vuoto si mostra come è stato scritto.")
    form = Form("translate", TextForm, Say("Save the translation", "Salva la traduzione"), written)
    original = (Text(row.title), *_paragraphs(row.excerpt_html or ""), *_paragraphs(row.body_html))
    return [
        Facts(((Say("Language", "Lingua"), language), (Say("Written at", "Scritto in"), _way(row)))),
        Notice(empty),
        *([Section(Say("Translation", "Traduzione"), (form,))] if may(ctx) else []),
        Section(Say("As it was written", "Come è stato scritto"), original),
    ]


async def preview(ctx: Context, asked: Asked) -> Sequence[Block]:
    """What readers will read, in every language it is written in."""
    row = await _found(ctx, asked)
    known = await wordings(ctx.db, row.kind, [row.id])
    blocks: list[Block] = [
        Notice(Say("Only the staff see this page.", "Questa pagina la vede solo lo staff.")),
        Section(row.title, _paragraphs(row.excerpt_html or "") + _paragraphs(row.body_html)),
    ]
    for (_, language), text in sorted(known.items()):
        body = _paragraphs(text.excerpt_html or row.excerpt_html or "") + _paragraphs(text.body_html or row.body_html)
        blocks.append(Section(f"{language}: {text.title or row.title}", body))
    return [*blocks, Facts(((Say("Written at", "Scritto in"), _way(row)),))]


async def change(ctx: Context, asked: Asked, sent: PageForm | BlogForm) -> Done:
    """Write it anew."""
    await entries.edit_entry(ctx, key_in(asked), await sheet_of(ctx, sent))
    return Done(Say("It is saved.", "È stato salvato."))


async def publish(ctx: Context, asked: Asked, sent: Mapping[str, str]) -> Done:
    """Show it now."""
    await entries.publish_entry(ctx, key_in(asked))
    return Done(Say("Everybody can read it now.", "Ora lo possono leggere tutti."))


async def schedule(ctx: Context, asked: Asked, sent: ScheduleForm) -> Done:
    """Show it later."""
    await entries.publish_entry(ctx, key_in(asked), aware(sent.at))
    return Done(Say("It is shown from that moment on.", "Sarà mostrato da quel momento."))


async def unpublish(ctx: Context, asked: Asked, sent: Mapping[str, str]) -> Done:
    """Make it a draft."""
    await entries.unpublish_entry(ctx, key_in(asked))
    return Done(Say("It is a draft again.", "È di nuovo una bozza."))


async def translate(ctx: Context, asked: Asked, sent: TextForm) -> Done:
    """Keep it in another language."""
    sheet = TextSheet(**{name: getattr(sent, name) for name in _WORDS})
    await translating.translate_entry(ctx, key_in(asked), asked.parts.get("language", ""), sheet)
    return Done(Say("The translation is saved.", "La traduzione è stata salvata."))


async def remove(ctx: Context, asked: Asked, sent: Mapping[str, str]) -> Done:
    """Remove it."""
    row = await _found(ctx, asked)
    await entries.remove_entry(ctx, row.id)
    to = {Kind.PAGE: "", Kind.BLOG: "blogs", Kind.ARTICLE: f"entries/{row.scope}"}[Kind(row.kind)]
    return Done(Say("It is removed.", "È stato rimosso."), to=to)


async def _found(ctx: Context, asked: Asked) -> DeskRow:
    key = key_in(asked)
    row = (await desk_entries_by_id(ctx.db, [key])).get(key)
    if row is None:
        raise NotFound(what="The page")
    return row


async def _facts(ctx: Context, row: DeskRow) -> tuple[tuple[Say, Cell], ...]:
    blog = (await desk_entries_by_id(ctx.db, [row.scope])).get(row.scope)
    kind = Kind(row.kind)
    path = path_of(kind.type_name, row.handle, blog.handle if blog else "")
    facts: list[tuple[Say, Cell]] = [
        (KINDS[kind], row.title),
        (Say("State", "Stato"), state_badge(ctx, row)),
        (Say("Address", "Indirizzo"), path),
        (Say("Shown from", "Mostrato dal"), row.published_at),
        (Say("Changed", "Modificato"), row.updated_at),
        (
            Say("Preview", "Anteprima"),
            Link(AS_READ, f"entries/{row.id}/preview"),
        ),
    ]
    if kind is Kind.BLOG and may(ctx):
        facts.append((Say("Articles", "Articoli"), Link(BEGIN[Kind.ARTICLE], f"blogs/{row.id}/write")))
    if blog is not None:
        facts.insert(1, (Say("Blog", "Blog"), Link(blog.title, f"entries/{blog.id}")))
    return tuple(facts)


def _publication(ctx: Context, row: DeskRow) -> tuple[Block, ...]:
    later = Form("schedule", ScheduleForm, Say("Schedule", "Programma"), {"at": row.published_at})
    now = Button("publish", Say("Publish now", "Pubblica ora"), tone="good")
    back = Button("unpublish", Say("Make it a draft", "Riporta a bozza"), tone="warning")
    match row.state_at(ctx.now()):
        case "draft":
            return (now, later)
        case "scheduled":
            return (now, back, later)
        case _:
            return (back, later)


def _language(row: DeskRow, language: str, known: Mapping[tuple[int, str], WordingRow]) -> Row:
    text = known.get((row.id, language))
    state = Badge(Say("Translated", "Tradotto"), "good") if text else Badge(Say("As it was written", "Come è scritto"))
    return Row((language, text.title if text else None, state), to=f"entries/{row.id}/in/{language}")


def _way(row: DeskRow) -> Link:
    return Link(row.title, f"entries/{row.id}")


def _paragraphs(html: str) -> tuple[Text, ...]:
    parts = (plain(part) for part in _BLOCK_ENDS.split(html))
    return tuple(Text(part) for part in parts if part)
