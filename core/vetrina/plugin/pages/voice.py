"""Voice: says a sentence of a page in one language, from files of sentences by key."""

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

NAMES = {"en": "English", "it": "Italiano"}
"""What the languages of pages are called in themselves."""
PROBLEMS = ("vetrina.plugin.pages", "problems.toml")
"""What flows refuse, in words; see `refusals.told`."""

Wording = str | list[str]
Files = tuple[tuple[str, str], ...]
"""Pairs of package and file; a later one has the last word about a key."""


class Voice:
    """voice("cart.title", **facts): a sentence with its {named} places filled, in one of plugin.words.LANGUAGES.

    A list is singular and plural, chosen by the fact `count`.
    """

    def __init__(self, language: str, of: Files) -> None:
        self.language = language
        self._sentences = sentences(of)

    def __call__(self, key: str, **facts: object) -> str:
        wording = self._sentences[key][self.language]
        if isinstance(wording, list):
            wording = wording[0 if facts.get("count") == 1 else 1]
        return wording.format(**facts)

    def knows(self, key: str) -> bool:
        """Whether there is a sentence of that key."""
        return key in self._sentences


@cache
def sentences(of: Files) -> Mapping[str, Mapping[str, Wording]]:
    """Every sentence of some files by key, such as cart.title, then by language."""
    found: dict[str, Mapping[str, Wording]] = {}
    for package, name in of:
        groups = tomllib.loads(files(package).joinpath(name).read_text("utf-8"))
        found |= {f"{group}.{key}": wordings for group, keys in groups.items() for key, wordings in keys.items()}
    return found
