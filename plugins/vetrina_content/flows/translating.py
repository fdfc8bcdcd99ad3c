"""Texts in other languages: of entries, of a menu's items, of policies."""

import msgspec
from sqlalchemy import bindparam, delete, select

from vetrina.flows.auditing import audited
from vetrina.flows.catalog import HandleTaken
from vetrina.flows.wording import check_handle
from vetrina.kernel import texts
from vetrina.kernel.context import Context, once
from vetrina.kernel.db import Session, table_of
from vetrina.kernel.errors import BadInput, NotFound
from vetrina.plugin.words import Say
from vetrina.views.markets import atlas
from vetrina_content.flows.entries import found_entry, in_one_hand, is_taken
from vetrina_content.flows.sheets import LONGEST_SEO, WRITE, TextSheet, html
from vetrina_content.models import ContentItem, ContentPolicy, ContentText
from vetrina_content.rules import LONGEST_EXCERPT, found_by

OTHERS = {"item": ContentItem, "policy": ContentPolicy}
"""What is translated beside entries."""


@once
async def translate_entry(ctx: Context, entry_id: int, language: str, sheet: TextSheet) -> None:
    """Say in another language what an entry says; an empty sheet takes the translation back. Needs content.write.

    Raises NotFound, BadInput, HandleTaken.
    """
    ctx.require(WRITE)
    await _check_language(ctx, language)
    kept = _kept(sheet)
    async with in_one_hand(sheet.handle), ctx.tx() as session:
        known = await found_entry(session, entry_id)
        if kept.handle and (kept.handle == known.handle or await is_taken(session, known, kept.handle, language)):
            raise HandleTaken(field=("handle",), handle=kept.handle)
        await _put(session, known.kind, entry_id, known.scope, language, kept)
        after = {"language": language, "title": kept.title}
        await audited(ctx, session, "content_entry.translated", f"content_entry:{entry_id}", after=after)


@once
async def translate_other(ctx: Context, owner: str, owner_id: int, language: str, sheet: TextSheet) -> None:
    """The same for a menu's item (its title) or a policy (title and body). Needs content.write.

    Raises NotFound, BadInput.
    """
    ctx.require(WRITE)
    await _check_language(ctx, language)
    kept = _kept(msgspec.structs.replace(sheet, handle=""))
    table = table_of(OTHERS[owner])
    async with ctx.tx() as session:
        if await session.value(select(table.c.id).where(table.c.id == bindparam("key")), {"key": owner_id}) is None:
            raise NotFound(field=("id",), what="What is to be translated")
        await _put(session, owner, owner_id, 0, language, kept)
        after = {"language": language, "title": kept.title}
        await audited(ctx, session, f"content_{owner}.translated", f"content_{owner}:{owner_id}", after=after)


class _Kept(msgspec.Struct, frozen=True):
    """A translation's columns."""

    title: str | None
    handle: str | None
    body_html: str | None
    excerpt_html: str | None
    seo_title: str | None
    seo_description: str | None


def _kept(sheet: TextSheet) -> _Kept:
    handle = sheet.handle.strip()
    return _Kept(
        title=texts.line(sheet.title, field=("title",)) or None,
        handle=check_handle(handle) if handle else None,
        body_html=html(sheet.body_html, "body_html") or None,
        excerpt_html=html(sheet.excerpt_html, "excerpt_html", LONGEST_EXCERPT) or None,
        seo_title=texts.line(sheet.seo_title, field=("seo_title",)) or None,
        seo_description=texts.line(sheet.seo_description, field=("seo_description",), limit=LONGEST_SEO) or None,
    )


async def _put(session: Session, owner: str, owner_id: int, scope: int, language: str, kept: _Kept) -> None:
    columns = msgspec.structs.asdict(kept)
    if not any(columns.values()):
        await session.execute(_FORGET, {"owner_": owner, "key": owner_id, "language_": language})
        return
    words = found_by(kept.title or "", kept.body_html, kept.excerpt_html)
    key = {"owner": owner, "owner_id": owner_id, "language": language}
    await session.put(ContentText, ("owner", "owner_id", "language"), **key, scope=scope, **columns, words=words)


async def _check_language(ctx: Context, language: str) -> None:
    """Raises BadInput for the shop's own language, and for one that no market speaks."""
    world = await atlas(ctx.db)
    spoken = {spoken for _, spoken in world.languages} - {world.profile.language}
    if language not in spoken:
        told = ", ".join(sorted(spoken)) or "none yet"
        raise BadInput(
            field=("language",),
            problem=Say(f"The shop is translated into: {told}.", it=f"Il negozio è tradotto in: {told}."),
        )


_TABLE = table_of(ContentText)
_FORGET = delete(_TABLE).where(
    _TABLE.c.owner == bindparam("owner_"),
    _TABLE.c.owner_id == bindparam("key"),
    _TABLE.c.language == bindparam("language_"),
)
