"""Which of a plugin's refusals say something of their own, and which of them the staff would read in English alone."""

from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from string import Formatter

from vetrina.kernel.errors import Refusal
from vetrina.plugin.words import LANGUAGES, has_words


def refusals_of(package: str, folder: Path) -> list[type[Refusal]]:
    """Those that its modules declare with words of their own; what needs a module that is missing here is left out."""
    found = list[type[Refusal]]()
    for path in sorted(folder.rglob("*.py")):
        place = path.relative_to(folder).with_suffix("").parts
        if place[0] == "migrations" or place[-1] == "__main__" or not all(part.isidentifier() for part in place):
            continue
        name = ".".join((package, *(part for part in place if part != "__init__")))
        try:
            module = import_module(name)
        except ModuleNotFoundError:  # it comes with an extra that nobody has installed here
            continue
        own = (each for each in vars(module).values() if isinstance(each, type) and each.__module__ == name)
        found += [each for each in own if issubclass(each, Refusal) and vars(each).keys() & {"text", "texts"}]
    return found


def unsaid(refusal: type[Refusal]) -> Iterator[str]:
    """What is missing of it, by language: the sentence, or the places that the English one has."""
    for language in LANGUAGES[1:]:
        said = refusal.texts.get(language, "")
        if not said and has_words(refusal.text):
            yield f"{refusal.__name__} in {language}"
        elif said and _places(said) != _places(refusal.text):
            yield f"{refusal.__name__} in {language}, with other facts"


def _places(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}
