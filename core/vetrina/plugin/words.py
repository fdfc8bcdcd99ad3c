"""What plugins and pages say to people, and in which language: what is wished for, and what is spoken."""

from string import Formatter

import msgspec

from vetrina.kernel.errors import Refusal

LANGUAGES = ("en", "it")
"""Languages that pages speak (ISO 639-1); the first is spoken to whoever speaks none of them."""


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


def refused(refusal: Refusal) -> Words:
    """What a refusal says: in both languages where its class does (`texts`), or is but places and its facts do.

    Facts may be said in both, as BadInput(problem=Say(en=, it=)). A plain string is English.
    """
    facts = {name: said(fact, "it") for name, fact in refusal.facts.items() if isinstance(fact, Say)}
    written = refusal.texts.get("it") or (refusal.text if facts and not has_words(refusal.text) else "")
    if not written:
        return refusal.message
    try:
        return Say(en=refusal.message, it=written.format(**{**refusal.facts, **facts}))
    except (LookupError, ValueError, AttributeError):  # names a place it is not given: the doctor says so
        return refusal.message


def has_words(text: str) -> bool:
    """Whether a sentence says anything beside its {named} places."""
    return any(letter.isalpha() for part, *_ in Formatter().parse(text) for letter in part)


def spoken(*wishes: str | None) -> str:
    """The first wish that is a language of the pages; wishes are tags such as it or it-CH."""
    for wish in wishes:
        language = (wish or "").partition("-")[0].lower()
        if language in LANGUAGES:
            return language
    return LANGUAGES[0]


def accepted(header: str | None) -> list[str]:
    """The tags of an Accept-Language header, the most wanted first."""
    weighted: list[tuple[float, str]] = []
    for part in (header or "")[:500].split(","):
        tag, _, quality = part.partition(";")
        weighted.append((_weight(quality), tag.strip()))
    return [tag for weight, tag in sorted(weighted, key=lambda entry: -entry[0]) if tag and weight > 0]


def _weight(quality: str) -> float:
    try:
        return float(quality.strip().removeprefix("q=") or 1)
    except ValueError:
        return 0.0
