"""Stems of folded words, by language: oliva and olive are one in Italian, candle and candles in English."""

from collections.abc import Callable
from functools import cache, lru_cache
from threading import Lock
from typing import Protocol, cast

SHORTEST_STEMMED = 3
"""Letters of the shortest word that has endings."""
REMEMBERED = 32_768
"""Stems kept at hand: a shop uses the same words over and over, and finding a stem takes some 30 microseconds."""

SNOWBALL = {
    "ar": "arabic", "ca": "catalan", "cs": "czech", "da": "danish", "de": "german", "el": "greek", "en": "english",
    "eo": "esperanto", "es": "spanish", "et": "estonian", "eu": "basque", "fa": "persian", "fi": "finnish",
    "fr": "french", "ga": "irish", "hi": "hindi", "hu": "hungarian", "hy": "armenian", "id": "indonesian",
    "it": "italian", "lt": "lithuanian", "nb": "norwegian", "ne": "nepali", "nl": "dutch", "nn": "norwegian",
    "no": "norwegian", "pl": "polish", "pt": "portuguese", "ro": "romanian", "ru": "russian", "sr": "serbian",
    "st": "sesotho", "sv": "swedish", "ta": "tamil", "tr": "turkish", "yi": "yiddish",
}  # fmt: skip
"""Languages (ISO 639-1) whose endings are known, by their name in the library. In others a word is its own stem."""


class _Stemmer(Protocol):
    def stemWord(self, word: str) -> str: ...  # noqa: N802 (the library's name)


@lru_cache(REMEMBERED)
def stem_of(word: str, language: str) -> str:
    """The stem of a folded word; of one with digits, as codes have, the word itself."""
    name = SNOWBALL.get(language)
    if name is None or len(word) < SHORTEST_STEMMED or not word.isalpha():
        return word
    stemmer, lock = _stemmer(name)
    with lock:
        return stemmer.stemWord(word) or word


@cache
def _stemmer(name: str) -> tuple[_Stemmer, Lock]:
    """A stemmer remembers the word it is at: one thread at a time asks it."""
    import snowballstemmer  # 20 ms, which a shop that is only started does not spend

    make = cast("Callable[[str], _Stemmer]", snowballstemmer.stemmer)  # pyright: ignore[reportUnknownMemberType]
    return make(name), Lock()
