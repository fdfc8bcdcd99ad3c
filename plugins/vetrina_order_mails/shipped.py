"""The words that are shipped, by mail and language."""

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

from vetrina_order_mails.rules import Wording


def shipped(mail: str, language: str) -> Wording:
    """The words of a mail in one of the languages that pages speak."""
    return _all()[mail, language]


@cache
def _all() -> Mapping[tuple[str, str], Wording]:
    """Read once."""
    told = tomllib.loads(files("vetrina_order_mails").joinpath("texts.toml").read_text("utf-8"))
    return {
        (mail, language): Wording(**{part: said[language] for part, said in parts.items()})
        for mail, parts in told.items()
        for language in ("en", "it")
    }
