"""Queries in the search syntax as conditions on entries, and searches as what they look for, best first."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, Text, bindparam, case, cast, func, literal, or_, select

from vetrina.flows.wording import words
from vetrina.kernel.context import Context
from vetrina.kernel.db import BigInt, Instant
from vetrina.kernel.errors import BadInput
from vetrina.views.finding.comparisons import like
from vetrina.views.finding.matching import (
    EVERYTHING,
    SHAPES,
    Condition,
    Matching,
    Values,
    either,
    every,
    opposite,
    sql_of,
)
from vetrina.views.finding.query_syntax import Either, Every, Not, Query, Term, parse
from vetrina_content.models import ContentAuthor, ContentEntry, ContentText
from vetrina_content.rules import Kind
from vetrina_content.views import BLOG, EntryRow, entries_by_id, is_translated, listed, params_of

Meaning = Callable[[Term, Values], Condition]
LATEST = 9_999


def entry_query(ctx: Context, kind: Kind, text: str | None, *, is_open: bool = False) -> Matching:
    """What a query means for entries of a kind; `is_open` takes the last word for the beginning of one.

    Fields: title, handle, id, created_at, updated_at; of pages and articles published_at and published_status; of
    articles author, blog_id, blog_title, tag, tag_not. Anything else is text, whose words have to be in the entry.
    Raises BadInput for values that cannot be compared.
    """
    query = parse(text) if text else Every(())
    if query == Every(()):
        return EVERYTHING
    values = Values("asked_")
    fields, translated = FIELDS[kind], is_translated(ctx)

    def meaning(query: Query, is_last: bool) -> Condition:
        match query:
            case Term(field):
                if field is not None and field in fields:
                    return fields[field](query, values)
                said = f"{field} {query.value}" if field else query.value
                return _has_words(said, query.is_prefix or (is_open and is_last), values, translated)
            case Not(inner):
                return opposite(meaning(inner, is_last))
            case Every(parts) | Either(parts):
                joined = every if isinstance(query, Every) else either
                return joined(meaning(part, is_last and place == len(parts)) for place, part in enumerate(parts, 1))

    return Matching((meaning(query, True),), values.params)


async def entry_count(ctx: Context, kind: Kind, matching: Matching) -> int:
    """How many published entries match."""
    params = {"kind": kind.value, **params_of(ctx), **matching.params}
    return await ctx.db.value(_count(matching.conditions), params)


async def best_entries(
    ctx: Context, kind: Kind, query: str, matching: Matching, skip: int, size: int
) -> list[EntryRow]:
    """Published entries that match: those first that say the first word in their title, then the newest."""
    wanted = words(query)
    values = {"first_word": f"%{like(wanted[0])}%" if wanted else "%", "skip": skip, "size": size}
    params = {"kind": kind.value, **params_of(ctx), **matching.params, **values}
    ids = [key for (key,) in await ctx.db.fetch(_best(matching.conditions), params)]
    found = await entries_by_id(ctx, kind, ids) if ids else {}
    return [found[key] for key in ids if key in found]


@lru_cache(SHAPES)
def _count(conditions: tuple[Condition, ...]) -> Any:
    return listed(func.count()).where(*sql_of(conditions))


@lru_cache(SHAPES)
def _best(conditions: tuple[Condition, ...]) -> Any:
    in_title = func.lower(ContentEntry.title).like(bindparam("first_word", type_=Text()), escape="/")
    rank = case((in_title, literal(0, BigInt)), else_=literal(1, BigInt))
    return (
        listed(ContentEntry.id)
        .where(*sql_of(conditions))
        .order_by(rank, ContentEntry.published_at.desc(), ContentEntry.id.desc())
        .offset(bindparam("skip", type_=BigInt))
        .limit(bindparam("size", type_=BigInt))
    )


def _has_words(text: str, is_prefix: bool, values: Values, translated: bool) -> Condition:
    """Every word of the text is in the entry, in the shop's own language or in the context's."""
    found = words(text)
    patterns = [
        f"% {like(word)}{'' if is_prefix and place == len(found) else ' '}%" for place, word in enumerate(found, 1)
    ]
    return every(Condition(has_word, (values.name(pattern), translated)) for pattern in patterns)


def has_word(name: str, translated: bool) -> ColumnElement[bool]:
    """The word stands in the entry."""
    value = bindparam(name, type_=Text())
    own = ContentEntry.words.like(value, escape="/")
    if not translated:
        return own
    text = select(ContentText.owner_id).where(
        ContentText.owner == ContentEntry.kind,
        ContentText.owner_id == ContentEntry.id,
        ContentText.language == bindparam("language"),
        ContentText.words.like(value, escape="/"),
    )
    return or_(own, text.exists())


def says(column: str, name: str) -> ColumnElement[bool]:
    """A text of the entry is like this, however it is capitalised."""
    return func.lower(COLUMNS[column]).like(bindparam(name, type_=Text()), escape="/")


def has_tag(name: str) -> ColumnElement[bool]:
    """One of the entry's tags is this; they are kept as JSON, each between quotes."""
    return func.lower(cast(ContentEntry.tags, Text)).like(bindparam(name, type_=Text()), escape="/")


def compares(column: str, comparison: str, name: str) -> ColumnElement[bool]:
    """A number or a moment is so much, more or less."""
    mine = COLUMNS[column]
    value = bindparam(name, type_=Instant() if column.endswith("_at") else BigInt)
    return {"=": mine == value, "<": mine < value, "<=": mine <= value, ">": mine > value, ">=": mine >= value}[
        comparison
    ]


def _text(column: str, *, is_part: bool = False) -> Meaning:
    def meaning(term: Term, values: Values) -> Condition:
        value = like(term.value.lower())
        pattern = f"%{value}%" if is_part else f"{value}%" if term.is_prefix else value
        return Condition(says, (column, values.name(pattern)))

    return meaning


def _number(column: str) -> Meaning:
    def meaning(term: Term, values: Values) -> Condition:
        number = term.value.rsplit("/", 1)[-1]
        if not number.isascii() or not number.isdecimal() or len(number) > 18:
            raise BadInput(field=("query",), problem=f"{term.field} is compared with a number, such as {column}:>100.")
        return Condition(compares, (column, term.comparison, values.name(int(number))))

    return meaning


def _moment(column: str) -> Meaning:
    """A day or an instant, in UTC unless it says otherwise; a day is all of it."""

    def meaning(term: Term, values: Values) -> Condition:
        try:
            given = datetime.fromisoformat(term.value)
        except ValueError:
            problem = f"{term.field} is compared with a day such as 2026-03-14, or an instant."
            raise BadInput(field=("query",), problem=problem) from None
        start = given if given.tzinfo else given.replace(tzinfo=UTC)
        if len(term.value) > len("2026-03-14") or start.year == LATEST:
            return Condition(compares, (column, term.comparison, values.name(start)))
        end = start + timedelta(days=1)
        bounds = {"=": ((">=", start), ("<", end)), "<=": (("<", end),), ">": ((">=", end),)}
        said = bounds.get(term.comparison, ((term.comparison, start),))
        return every(Condition(compares, (column, sign, values.name(at))) for sign, at in said)

    return meaning


def _tag(term: Term, values: Values) -> Condition:
    return Condition(has_tag, (values.name(f'%"{like(term.value.lower())}{"" if term.is_prefix else chr(34)}%'),))


def _not_tag(term: Term, values: Values) -> Condition:
    return opposite(_tag(term, values))


def _published(term: Term, values: Values) -> Condition:
    """Only what is published is ever listed."""
    if term.value.lower() not in ("published", "unpublished", "any", "approved"):
        raise BadInput(field=("query",), problem="published_status is published, unpublished or any.")
    return either(()) if term.value.lower() == "unpublished" else every(())


COLUMNS: Mapping[str, Any] = {
    "id": ContentEntry.id,
    "title": ContentEntry.title,
    "handle": ContentEntry.handle,
    "created_at": ContentEntry.created_at,
    "updated_at": ContentEntry.updated_at,
    "published_at": ContentEntry.published_at,
    "blog_id": ContentEntry.scope,
    "blog_title": func.coalesce(BLOG.title, ""),
    "author": func.coalesce(ContentAuthor.first_name + " " + ContentAuthor.last_name, ""),
}
_ALL: dict[str, Meaning] = {
    "title": _text("title", is_part=True),
    "handle": _text("handle"),
    "id": _number("id"),
    "created_at": _moment("created_at"),
    "updated_at": _moment("updated_at"),
}
_DATED: dict[str, Meaning] = {**_ALL, "published_at": _moment("published_at"), "published_status": _published}
FIELDS: Mapping[Kind, Mapping[str, Meaning]] = {
    Kind.PAGE: _DATED,
    Kind.BLOG: _ALL,
    Kind.ARTICLE: {
        **_DATED,
        "author": _text("author", is_part=True),
        "blog_id": _number("blog_id"),
        "blog_title": _text("blog_title", is_part=True),
        "tag": _tag,
        "tag_not": _not_tag,
    },
}
