"""What the staff see: every entry, drafts too, with its state; its texts as they were written, and translations."""

from collections.abc import Sequence
from datetime import datetime
from functools import cache
from typing import Any

import msgspec
from sqlalchemy import bindparam, func, select

from vetrina.kernel.db import Reads, id_in
from vetrina_content.models import ContentAuthor, ContentEntry, ContentText
from vetrina_content.rules import Kind
from vetrina_content.views import AuthorRow

MOST_AUTHORS = 250


class DeskRow(msgspec.Struct, frozen=True):
    """An entry as it was written."""

    id: int
    kind: str
    scope: int
    handle: str
    title: str
    body_html: str
    excerpt_html: str | None
    author_id: int | None
    image_url: str | None
    image_alt: str | None
    tags: list[str]
    comments: str
    seo_title: str | None
    seo_description: str | None
    published_at: datetime | None
    updated_at: datetime

    def state_at(self, now: datetime) -> str:
        """draft, scheduled or published, by the clock."""
        if self.published_at is None:
            return "draft"
        return "published" if self.published_at <= now else "scheduled"


class WordingRow(msgspec.Struct, frozen=True):
    """The texts of something in another language."""

    owner_id: int
    language: str
    handle: str | None
    title: str | None
    body_html: str | None
    excerpt_html: str | None
    seo_title: str | None
    seo_description: str | None


async def desk_entries(
    db: Reads, kind: Kind, *, size: int, below: int | None = None, scope: int | None = None
) -> list[DeskRow]:
    """Entries of a kind, those written last first; articles of one blog, if given."""
    params: dict[str, Any] = {"kind": kind.value, "size": size, "below": 2**63 - 1 if below is None else below}
    if scope is not None:
        params["scope"] = scope
    return await db.rows(DeskRow, _entries(scope is not None), params)


async def desk_entries_by_id(db: Reads, ids: Sequence[int]) -> dict[int, DeskRow]:
    """Entries by id, drafts too."""
    return {row.id: row for row in await db.rows(DeskRow, _BY_ID, {"ids": list(ids)})}


async def wordings(db: Reads, owner: str, ids: Sequence[int]) -> dict[tuple[int, str], WordingRow]:
    """Translations of some entries, items or policies, by id and language."""
    rows = await db.rows(WordingRow, _WORDINGS, {"owner": owner, "ids": list(ids)})
    return {(row.owner_id, row.language): row for row in rows}


async def author_list(db: Reads) -> list[AuthorRow]:
    """Authors by name."""
    return await db.rows(AuthorRow, _AUTHORS, {"size": MOST_AUTHORS})


async def article_counts(db: Reads, blog_ids: Sequence[int]) -> dict[int, int]:
    """How many articles each blog has, drafts too."""
    return dict[int, int](await db.fetch(_COUNTS, {"ids": list(blog_ids)}))


@cache
def _entries(in_scope: bool) -> Any:
    statement = _ANY.where(ContentEntry.kind == bindparam("kind"), ContentEntry.id < bindparam("below"))
    if in_scope:
        statement = statement.where(ContentEntry.scope == bindparam("scope"))
    return statement.order_by(ContentEntry.id.desc()).limit(bindparam("size"))


_ANY = select(*(getattr(ContentEntry, name) for name in DeskRow.__struct_fields__))
_BY_ID = _ANY.where(id_in(ContentEntry.id, "ids"))
_WORDINGS = select(*(getattr(ContentText, name) for name in WordingRow.__struct_fields__)).where(
    ContentText.owner == bindparam("owner"), id_in(ContentText.owner_id, "ids")
)
_AUTHORS = (
    select(*(getattr(ContentAuthor, name) for name in AuthorRow.__struct_fields__))
    .order_by(ContentAuthor.last_name, ContentAuthor.first_name, ContentAuthor.id)
    .limit(bindparam("size"))
)
_COUNTS = (
    select(ContentEntry.scope, func.count())
    .where(id_in(ContentEntry.scope, "ids"), ContentEntry.kind == Kind.ARTICLE.value)
    .group_by(ContentEntry.scope)
)
