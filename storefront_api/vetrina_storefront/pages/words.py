"""What the pages say, in every language they speak."""

from collections.abc import Mapping

from vetrina.plugin.pages import voice
from vetrina.plugin.pages.voice import PROBLEMS, Voice, Wording

FILES = (("vetrina_storefront.pages", "words.toml"), PROBLEMS)


def speaker(language: str) -> Voice:
    """Who says things in one of LANGUAGES."""
    return Voice(language, FILES)


def sentences() -> Mapping[str, Mapping[str, Wording]]:
    """Every sentence by key, such as cart.title, then by language."""
    return voice.sentences(FILES)
