"""Queries somebody may mean who is still typing: made of what was found, in the shop's own spelling, best first."""

import re
from collections import Counter
from collections.abc import Sequence

import msgspec

from vetrina.shop.catalog.rules import fold, words

LONGEST = 80
"""Characters of a suggestion: a longer title is no query."""
COMMON = 2
"""Titles that share a word for it to be suggested by itself."""

_WORD = re.compile(r"[^\W_]+")


class Suggestion(msgspec.Struct, frozen=True):
    """A query, and from where to where in it what was typed stands."""

    text: str
    marks: tuple[tuple[int, int], ...]


def suggestions(typed: str, titles: Sequence[str]) -> list[Suggestion]:
    """What a few titles, best first, suggest: the word being typed as several of them finish it, then themselves.

    Titles without what was typed are left out, unless all are: then it was mistyped, or stands in a description.
    """
    wanted = words(typed)
    if not wanted:
        return []
    finished = [f"{' '.join([*_before(typed), word])}" for word in _finished(wanted[-1], titles)]
    marked = [_marked(text, wanted) for text in dict.fromkeys([*finished, *map(str.lower, titles)])]
    fitting = [one for one in marked if len(one.text) <= LONGEST]
    return [one for one in fitting if one.marks] or fitting


def _finished(begun: str, titles: Sequence[str]) -> list[str]:
    """Words that begin so and stand in several titles, the commonest first."""
    counted = Counter[str]()
    for title in titles:
        counted.update({word.lower() for word in _WORD.findall(title) if fold(word).startswith(begun)})
    return [word for word, count in counted.most_common() if count >= COMMON]


def _before(typed: str) -> list[str]:
    """The words before the one that is being typed."""
    return [word.lower() for word in _WORD.findall(typed)[:-1]]


def _marked(text: str, wanted: Sequence[str]) -> Suggestion:
    marks: list[tuple[int, int]] = []
    for found in _WORD.finditer(text):
        begun = [word for word in wanted if fold(found.group()).startswith(word)]
        if begun:
            marks.append((found.start(), found.start() + _length(found.group(), max(begun, key=len))))
    return Suggestion(text, tuple(marks))


def _length(word: str, begun: str) -> int:
    """How many letters of a word as it is written are what was typed: an accent may be a letter of its own."""
    return next(end for end in range(1, len(word) + 1) if fold(word[:end]).startswith(begun))
