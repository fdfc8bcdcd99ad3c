"""What the pages say, in every language they speak: words/*.toml, one file a room."""

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

from vetrina.kernel.errors import Fault
from vetrina.kernel.money import Money
from vetrina.plugin.words import Say as Both
from vetrina.plugin.words import said
from vetrina_admin.pages.written import money_text

NAMES = {"en": "English", "it": "Italiano"}

Wording = str | list[str]


class TwiceSaid(Fault):
    """Two files declare words of the same group: one of them would never be heard."""


class Say:
    """say("staff.title", **facts): a sentence with its {named} places filled, in one of LANGUAGES.

    A list is singular and plural, chosen by the fact `count`. Facts that are money are written as the language writes
    it, and those in both languages are said in this one.
    """

    def __init__(self, language: str) -> None:
        self.language = language

    def __call__(self, key: str, /, **facts: object) -> str:
        wording = sentences()[key][self.language]
        if isinstance(wording, list):
            wording = wording[0 if facts.get("count") == 1 else 1]
        return wording.format(**{name: self._written(fact) for name, fact in facts.items()})

    def _written(self, fact: object) -> object:
        if isinstance(fact, Both):
            return said(fact, self.language)
        return money_text(fact.amount, fact.currency, self.language) if isinstance(fact, Money) else fact


def speaker(language: str) -> Say:
    """How to say things in one of LANGUAGES."""
    return Say(language)


def knows(key: str) -> bool:
    """Whether there is a sentence of that key."""
    return key in sentences()


@cache
def sentences() -> Mapping[str, Mapping[str, Wording]]:
    """Every sentence by key, such as orders.title, then by language. Raises TwiceSaid."""
    found: dict[str, Mapping[str, Wording]] = {}
    groups: dict[str, str] = {}
    for file in sorted(files("vetrina_admin.pages").joinpath("words").iterdir(), key=lambda file: file.name):
        for group, names in tomllib.loads(file.read_text("utf-8")).items():
            if groups.setdefault(group, file.name) != file.name:
                raise TwiceSaid(f"[{group}] stands in {groups[group]} and in {file.name}")
            found |= {f"{group}.{name}": wordings for name, wordings in names.items()}
    return found
