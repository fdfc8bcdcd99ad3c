"""What the pages say, in every language they speak."""

import tomllib
from collections.abc import Callable, Mapping
from functools import cache
from importlib.resources import files

NAMES = {"en": "English", "it": "Italiano"}

Wording = str | list[str]
Say = Callable[..., str]
"""say("cart.title", **facts): a sentence with its {named} places filled."""


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
    """Every sentence by key, such as cart.title, then by language."""
    groups = tomllib.loads(files("vetrina_storefront.pages").joinpath("words.toml").read_text("utf-8"))
    return {f"{group}.{name}": wordings for group, names in groups.items() for name, wordings in names.items()}
