"""Words for searching: folded so that Perché and perche are one, weighed by where they stand."""

import re
import unicodedata
from collections.abc import Iterable

LONGEST_TERM = 64
"""Characters of a word that are compared."""
MOST_TERMS = 500
"""Different words of one product that are indexed; the weightiest stay."""

TITLE, SKU, VENDOR, TYPE, TAG, VALUE, DESCRIPTION = 20, 15, 8, 8, 8, 4, 1
"""What a word weighs by the field it stands in."""

_WORD = re.compile(r"[^\W_]+")
# Letters that Unicode does not take apart into a plain letter and an accent.
_PLAIN = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "\u0131": "i", "ħ": "h"}
)


def fold(text: str) -> str:
    """Lower case without accents, ligatures and widths: the form in which words are compared."""
    if text.isascii():
        return text.lower()
    apart = unicodedata.normalize("NFKD", text.casefold())
    bare = "".join(letter for letter in apart if not unicodedata.combining(letter))
    return unicodedata.normalize("NFC", bare.casefold()).translate(_PLAIN)


def words(text: str) -> list[str]:
    """The folded words of a text in order; apostrophes and dashes divide, as in dell'olio."""
    return [word[:LONGEST_TERM] for word in _WORD.findall(fold(text))]


def terms(parts: Iterable[tuple[str, int]]) -> dict[str, int]:
    """What each word of some texts weighs together; a word counts once per text."""
    weights: dict[str, int] = {}
    for text, weight in parts:
        for word in dict.fromkeys(words(text)):
            weights[word] = weights.get(word, 0) + weight
    if len(weights) > MOST_TERMS:
        return dict(sorted(weights.items(), key=lambda pair: (-pair[1], pair[0]))[:MOST_TERMS])
    return weights


def code_words(code: str) -> str:
    """A code with its dashes and without, so that AB-12 is found as ab, 12 and ab12."""
    together = "".join(words(code))
    return f"{code} {together}"
