"""Pages, blogs and articles: written, edited, published at once or later, taken back, removed."""

from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import bindparam, delete, func, or_, select, update

from vetrina.events import AddressChanged
from vetrina.flows.auditing import audited
from vetrina.flows.catalog import HandleTaken
from vetrina.flows.metafields import forget_metafields
from vetrina.flows.wording import check_handle, slug
from vetrina.kernel.context import Context, once
from vetrina.kernel.db import Conflict, Session, table_of
from vetrina.kernel.errors import NotFound, Refusal
from vetrina.kernel.messages import emit
from vetrina_content.flows.sheets import WRITE, EntrySheet, as_aware, kept
from vetrina_content.models import ContentAuthor, ContentComment, ContentEntry, ContentText
from vetrina_content.rules import Kind, found_by, path_of


class BlogNotEmpty(Refusal):
    """It would take its articles with it."""

    code = "NOT_EMPTY"
    text = "The blog has articles: remove them first."
    texts = {"it": "Il blog ha degli articoli: prima rimuovili."}


class _Known(msgspec.Struct, frozen=True):
    """What a change has to know of an entry."""

    id: int
    kind: str
    scope: int
    handle: str
    title: str
    published_at: datetime | None


@once
async def create_entry(
    ctx: Context, kind: Kind, sheet: EntrySheet, *, blog_id: int = 0, published_at: datetime | None = None
) -> int:
    """Write a page, a blog, or an article of a blog; its id. Without `published_at` it is a draft.

    Needs content.write. Raises BadInput, HandleTaken, NotFound.
    """
    ctx.require(WRITE)
    columns, at = kept(sheet), as_aware(published_at)
    scope = blog_id if kind is Kind.ARTICLE else 0
    async with in_one_hand(sheet.handle), ctx.tx() as session:
        if kind is Kind.ARTICLE:
            await _blog(session, blog_id)
        await _author(session, columns.author_id)
        handle = await _handle(session, kind, scope, sheet)
        entry_id = await session.insert(
            ContentEntry,
            kind=kind.value,
            scope=scope,
            handle=handle,
            words=found_by(columns.title, columns.body_html, columns.excerpt_html, tags=tuple(columns.tags)),
            published_at=at,
            created_at=ctx.now(),
            updated_at=ctx.now(),
            **msgspec.structs.asdict(columns),
        )
        await _told(ctx, session, entry_id, "created", after={"kind": kind.value, "title": columns.title})
        session.outcome = entry_id
    return entry_id


@once
async def edit_entry(ctx: Context, entry_id: int, sheet: EntrySheet) -> None:
    """Write an entry anew; without a handle it keeps its own. Needs content.write.

    Raises NotFound, BadInput, HandleTaken.
    """
    ctx.require(WRITE)
    columns = kept(sheet)
    async with in_one_hand(sheet.handle), ctx.tx() as session:
        known = await found_entry(session, entry_id)
        await _author(session, columns.author_id)
        wanted = sheet.handle.strip()
        handle = known.handle if wanted in ("", known.handle) else await _free(session, known, check_handle(wanted))
        words = found_by(columns.title, columns.body_html, columns.excerpt_html, tags=tuple(columns.tags))
        values = {**msgspec.structs.asdict(columns), "handle": handle, "words": words, "updated_at": ctx.now()}
        await session.execute(_UPDATE, {"entry": entry_id, **{f"{name}_": value for name, value in values.items()}})
        await tell_moved(ctx, session, known, known.handle, handle)
        before = {"title": known.title, "handle": known.handle}
        await _told(ctx, session, entry_id, "edited", before=before, after={"title": columns.title, "handle": handle})


@once
async def publish_entry(ctx: Context, entry_id: int, at: datetime | None = None) -> None:
    """Show an entry, now or from a moment on. Needs content.write. Raises NotFound, BadInput."""
    await _set_publication(ctx, entry_id, as_aware(at) or ctx.now())


@once
async def unpublish_entry(ctx: Context, entry_id: int) -> None:
    """Make an entry a draft. Needs content.write. Raises NotFound."""
    await _set_publication(ctx, entry_id, None)


async def _set_publication(ctx: Context, entry_id: int, at: datetime | None) -> None:
    ctx.require(WRITE)
    async with ctx.tx() as session:
        known = await found_entry(session, entry_id)
        if known.published_at != at:
            await session.execute(_PUBLISH, {"entry": entry_id, "at": at, "now": ctx.now()})
            told = None if at is None else at.isoformat()
            await _told(ctx, session, entry_id, "published" if at else "unpublished", after={"published_at": told})


@once
async def remove_entry(ctx: Context, entry_id: int) -> None:
    """Remove an entry with its translations, comments and metafields. Needs content.write.

    Raises NotFound, BlogNotEmpty.
    """
    ctx.require(WRITE)
    async with ctx.tx() as session:
        known = await found_entry(session, entry_id)
        if await session.value(_ARTICLES, {"entry": entry_id}):
            raise BlogNotEmpty()
        for statement in (_FORGET_COMMENTS, _FORGET_TEXTS, _FORGET):
            await session.execute(statement, {"entry": entry_id, "kind_": known.kind})
        await _told(ctx, session, entry_id, "removed", before={"title": known.title, "handle": known.handle})
    await forget_metafields(ctx, WRITE, Kind(known.kind).type_name, [entry_id])


async def found_entry(session: Session, entry_id: int) -> _Known:
    """The entry. Raises NotFound."""
    found = await session.one(_Known, _KNOWN, {"entry": entry_id})
    if found is None:
        raise NotFound(field=("id",), what="The entry")
    return found


async def tell_moved(ctx: Context, session: Session, known: _Known, before: str, after: str) -> None:
    """Tell that what people found at one address is at another; a blog takes its articles with it."""
    if before == after or known.published_at is None:
        return
    kind = Kind(known.kind)
    blog = (await _blog(session, known.scope)).handle if kind is Kind.ARTICLE else ""
    moves = [(path_of(kind.type_name, before, blog), path_of(kind.type_name, after, blog))]
    if kind is Kind.BLOG:
        handles = [handle for (handle,) in await session.fetch(_HANDLES, {"entry": known.id})]
        moves += [(path_of("Article", one, before), path_of("Article", one, after)) for one in handles]
    for old, new in moves:
        await emit(session, AddressChanged(before=old, after=new), ctx.now())


async def is_taken(session: Session, known: _Known, handle: str, language: str | None = None) -> bool:
    """Whether another of its kind and scope is called so, in any language the two could be mixed up in."""
    params = {"entry": known.id, "kind_": known.kind, "scope_": known.scope, "handle_": handle, "language_": language}
    return bool(await session.value(_TAKEN, params) or await session.value(_TAKEN_IN_OTHERS, params))


async def _free(session: Session, known: _Known, handle: str) -> str:
    if await is_taken(session, known, handle):
        raise HandleTaken(field=("handle",), handle=handle)
    return handle


async def _handle(session: Session, kind: Kind, scope: int, sheet: EntrySheet) -> str:
    nobody = _Known(0, kind.value, scope, "", "", None)
    if sheet.handle.strip():
        return await _free(session, nobody, check_handle(sheet.handle.strip()))
    wanted, number = slug(sheet.title, kind.value), 0
    handle = wanted
    while await is_taken(session, nobody, handle):
        number += 1
        handle = f"{wanted[:240]}-{number}"
    return handle


async def _blog(session: Session, blog_id: int) -> _Known:
    found = await session.one(_Known, _KNOWN, {"entry": blog_id})
    if found is None or found.kind != Kind.BLOG.value:
        raise NotFound(field=("blog_id",), what="The blog")
    return found


async def _author(session: Session, author_id: int | None) -> None:
    if author_id is not None and not await session.value(_AUTHOR, {"author": author_id}):
        raise NotFound(field=("author_id",), what="The author")


async def _told(ctx: Context, session: Session, entry_id: int, verb: str, **facts: Mapping[str, Any]) -> None:
    given = {name: dict(fact) for name, fact in facts.items()}
    await audited(ctx, session, f"content_entry.{verb}", f"content_entry:{entry_id}", **given)


@asynccontextmanager
async def in_one_hand(handle: str) -> AsyncGenerator[None]:
    """Two writers may choose the same handle at the same moment: the later one hears that it is taken."""
    try:
        yield
    except Conflict as conflict:
        if "handle" in conflict.constraint:
            raise HandleTaken(field=("handle",), handle=handle) from conflict
        raise


_TABLE, _TEXT = table_of(ContentEntry), table_of(ContentText)
_THIS = _TABLE.c.id == bindparam("entry")
_KNOWN = select(*(_TABLE.c[name] for name in _Known.__struct_fields__)).where(_THIS)
_WRITTEN = (
    "title", "handle", "body_html", "excerpt_html", "author_id", "image_url", "image_alt", "tags", "comments",
    "seo_title", "seo_description", "words", "updated_at",
)  # fmt: skip
_UPDATE = update(_TABLE).where(_THIS).values({name: bindparam(f"{name}_") for name in _WRITTEN})
_PUBLISH = update(_TABLE).where(_THIS).values(published_at=bindparam("at"), updated_at=bindparam("now"))
_ARTICLES = select(func.count()).select_from(_TABLE).where(_TABLE.c.scope == bindparam("entry"))
_HANDLES = select(_TABLE.c.handle).where(_TABLE.c.scope == bindparam("entry"))
_FORGET_COMMENTS = delete(table_of(ContentComment)).where(table_of(ContentComment).c.article_id == bindparam("entry"))
_FORGET_TEXTS = delete(_TEXT).where(_TEXT.c.owner == bindparam("kind_"), _TEXT.c.owner_id == bindparam("entry"))
_FORGET = delete(_TABLE).where(_THIS)
_AUTHOR = select(func.count()).select_from(ContentAuthor).where(ContentAuthor.id == bindparam("author"))
_TAKEN = (
    select(func.count())
    .select_from(_TABLE)
    .where(
        _TABLE.c.kind == bindparam("kind_"),
        _TABLE.c.scope == bindparam("scope_"),
        _TABLE.c.handle == bindparam("handle_"),
        _TABLE.c.id != bindparam("entry"),
    )
)
_TAKEN_IN_OTHERS = (
    select(func.count())
    .select_from(_TEXT)
    .where(
        _TEXT.c.owner == bindparam("kind_"),
        _TEXT.c.scope == bindparam("scope_"),
        _TEXT.c.handle == bindparam("handle_"),
        _TEXT.c.owner_id != bindparam("entry"),
        or_(bindparam("language_", type_=_TEXT.c.language.type).is_(None), _TEXT.c.language == bindparam("language_")),
    )
)
