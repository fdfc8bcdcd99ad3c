"""What plugins say to people who run the shop, in the languages of the admin."""

import msgspec

LANGUAGES = ("en", "it")
"""Languages the admin speaks (ISO 639-1); the first is the one to fall back to."""


class Say(msgspec.Struct, frozen=True):
    """A sentence in both languages: Say(en="Reviews", it="Recensioni")."""

    en: str
    it: str

    def __str__(self) -> str:
        return self.en


Words = str | Say
"""A text for people; a plain string is the same in every language, such as a name."""


def said(words: Words, language: str) -> str:
    """The text in that language (ISO 639-1)."""
    if isinstance(words, str):
        return words
    return words.it if language == "it" else words.en
