"""The search syntax of list fields: field:value, "phrases", comparisons, AND, OR, NOT and parentheses. Pure."""

import re
from functools import lru_cache
from typing import NamedTuple

from vetrina.kernel.errors import BadInput
from vetrina.shop.catalog.rules import words

LONGEST_QUERY = 1_000
MOST_TERMS = 50
DEEPEST = 10
MOST_KEPT = 200
"""Queries that are remembered as they were read: one request reads its own several times, and buyers ask alike."""

_TOKEN = re.compile(
    r"""\s*(?:
        (?P<open>\() | (?P<close>\)) | (?P<minus>-(?=[^\s)])) |
        (?:(?P<field>[A-Za-z_][A-Za-z0-9_.]*):(?P<comparison>>=|<=|>|<|=)?\s*)?
        (?:"(?P<quoted>(?:[^"\\]|\\.)*)" | '(?P<single>(?:[^'\\]|\\.)*)' | (?P<bare>[^\s()"']+))
    )""",
    re.VERBOSE,
)


class Term(NamedTuple):
    """One thing looked for. Without a field it is text; a quoted one is a phrase; * at the end means a beginning."""

    field: str | None
    comparison: str
    """One of = < <= > >=."""
    value: str
    is_prefix: bool = False


class Not(NamedTuple):
    """Everything else."""

    inner: "Query"


class Every(NamedTuple):
    """All of these; of none, everything."""

    parts: tuple["Query", ...]


class Either(NamedTuple):
    """At least one of these."""

    parts: tuple["Query", ...]


Query = Term | Not | Every | Either


@lru_cache(MOST_KEPT)
def parse(text: str) -> Query:
    """Read a query as people type it: what does not close is closed, what stands alone is text.

    Raises BadInput when it is longer than 1,000 characters or has more than 50 terms or words.
    """
    if len(text) > LONGEST_QUERY:
        raise BadInput(field=("query",), problem=f"A query has at most {LONGEST_QUERY} characters.")
    if "\x00" in text or any("\ud800" <= letter <= "\udfff" for letter in text):
        raise BadInput(field=("query",), problem="The query holds a character that is not text.")
    tokens = _tokens(text)
    if sum(token.kind == "term" for token in tokens) > MOST_TERMS:
        raise BadInput(field=("query",), problem=f"A query has at most {MOST_TERMS} terms.")
    if sum(_words_in(token.term.value) for token in tokens if token.term is not None) > MOST_TERMS:
        raise BadInput(field=("query",), problem=f"A query has at most {MOST_TERMS} words.")
    found, at = _either(tokens, 0, 0)
    while at < len(tokens):  # a parenthesis closed that nobody opened
        more, at = _either(tokens, at + 1, 0)
        found = Every((found, more))
    return found


def _words_in(value: str) -> int:
    """How many words may be looked for: each is a condition of its own, and dashes or ligatures hide some."""
    return max(len(words(value)), len(value.split()))


class _Token(NamedTuple):
    kind: str
    """term, open, close, not, and, or."""
    term: Term | None = None


def _tokens(text: str) -> list[_Token]:
    found: list[_Token] = []
    at = 0
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None:
            at += 1
            continue
        at = match.end()
        found.append(_token(match))
    return found


def _token(match: re.Match[str]) -> _Token:
    if match["open"]:
        return _Token("open")
    if match["close"]:
        return _Token("close")
    if match["minus"]:
        return _Token("not")
    bare, field = match["bare"], match["field"]
    if bare in ("AND", "OR", "NOT") and not field:
        return _Token(bare.lower())
    if bare is None:
        quoted = match["quoted"] if match["quoted"] is not None else match["single"]
        return _Token("term", Term(field, match["comparison"] or "=", re.sub(r"\\(.)", r"\1", quoted)))
    is_prefix = bare.endswith("*") and len(bare) > 1
    return _Token("term", Term(field, match["comparison"] or "=", bare.rstrip("*") if is_prefix else bare, is_prefix))


def _either(tokens: list[_Token], at: int, depth: int) -> tuple[Query, int]:
    part, at = _every(tokens, at, depth)
    parts = [part]
    while at < len(tokens) and tokens[at].kind == "or":
        part, at = _every(tokens, at + 1, depth)
        parts.append(part)
    kept = [part for part in parts if part != Every(())] if len(parts) > 1 else parts
    return (kept[0] if len(kept) == 1 else Either(tuple(kept))), at


def _every(tokens: list[_Token], at: int, depth: int) -> tuple[Query, int]:
    parts: list[Query] = []
    while at < len(tokens) and tokens[at].kind not in ("or", "close"):
        if tokens[at].kind == "and":
            at += 1
            continue
        part, at = _single(tokens, at, depth)
        if part is not None:
            parts.append(part)
    return (parts[0] if len(parts) == 1 else Every(tuple(parts))), at


def _single(tokens: list[_Token], at: int, depth: int) -> tuple[Query | None, int]:
    token = tokens[at]
    if token.kind == "term":
        return token.term, at + 1
    if depth >= DEEPEST:
        raise BadInput(field=("query",), problem=f"A query is nested at most {DEEPEST} times.")
    if token.kind == "open":
        inner, at = _either(tokens, at + 1, depth + 1)
        return inner, at + 1  # past the parenthesis, or past the end
    if at + 1 >= len(tokens) or tokens[at + 1].kind in ("and", "or", "close"):
        return None, at + 1
    inner, at = _single(tokens, at + 1, depth + 1)
    return (Not(inner) if inner is not None else None), at
