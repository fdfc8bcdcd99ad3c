"""What the pages say, in every language they speak: words/*.toml, one file a room."""

import tomllib
from collections.abc import Callable, Mapping
from functools import cache
from importlib.resources import files

from vetrina.kernel.errors import Fault

LANGUAGES = ("en", "it")
"""The first is spoken to whoever speaks none of them."""
NAMES = {"en": "English", "it": "Italiano"}

Wording = str | list[str]
Say = Callable[..., str]
"""say("staff.title", **facts): a sentence with its {named} places filled."""


class TwiceSaid(Fault):
    """Two files declare words of the same group: one of them would never be heard."""


def speaker(language: str) -> Say:
    """How to say things in one of LANGUAGES. A list is singular and plural, chosen by the fact `count`."""

    def say(key: str, **facts: object) -> str:
        wording = sentences()[key][language]
        if isinstance(wording, list):
            wording = wording[0 if facts.get("count") == 1 else 1]
        return wording.format(**facts)

    return say


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
