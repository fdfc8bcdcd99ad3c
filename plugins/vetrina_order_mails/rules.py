"""The words of a mail: what may stand in them, and how their places are filled. Pure, and never a program.

A place is a known name between two braces: {{order.name}}. Whatever else stands between two braces is refused, and
single braces and percent signs are text. A value that is put in is never looked at again.
"""

import re
from collections.abc import Mapping, Sequence

import msgspec

from vetrina.kernel import texts
from vetrina.kernel.errors import BadInput, Refusal

LIMITS: Mapping[str, int] = {"subject": 150, "heading": 120, "opening": 2_000, "closing": 2_000}
"""Characters of each part."""
_PLACE = re.compile(r"\{\{\s*([a-z_]+(?:\.[a-z_]+)*)\s*\}\}")
_BRACES = re.compile(r"\{\{.{0,40}|.{0,40}\}\}", re.S)


class UnknownPlace(Refusal):
    """Something between two braces is no name that this mail knows. Facts: place, known."""

    code = "UNKNOWN_PLACE"
    text = "{place} is nothing this mail knows. It knows: {known}."
    texts = {"it": "{place} non è nulla che questa mail conosca. Conosce: {known}."}


class Wording(msgspec.Struct, frozen=True):
    """A mail's words: the subject and the heading on one line each, text above and below what the mail tells."""

    subject: str
    heading: str
    opening: str
    closing: str = ""


def checked(places: Sequence[str], wording: Wording) -> Wording:
    """The words as they are kept, which may name these places. Raises BadInput, UnknownPlace, naming the part."""
    parts = msgspec.structs.asdict(wording)
    for part, value in parts.items():
        is_line = part in ("subject", "heading")
        if is_line and any(not character.isprintable() for character in value.strip()):
            raise BadInput(
                field=(part,), problem=f"The {part} is one line of printable characters.", reason="characters"
            )
        told = value.replace("\r\n", "\n")
        if any(not (character.isprintable() or character == "\n") for character in told):
            raise BadInput(
                field=(part,), problem=f"The {part} holds a character that is not text.", reason="characters"
            )
        parts[part] = texts.text(told, field=(part,), limit=LIMITS[part], required=is_line)
        _check_places(places, part, parts[part])
    return Wording(**parts)


def filled(text: str, values: Mapping[str, str]) -> str:
    """The text with its places filled, each once; a place without a value is empty."""
    return _PLACE.sub(lambda place: values.get(place[1], ""), text)


def paragraphs(text: str) -> tuple[str, ...]:
    """A text's paragraphs, which empty lines divide."""
    return tuple(part.strip() for part in re.split(r"\n\s*\n", text) if part.strip())


def _check_places(places: Sequence[str], part: str, text: str) -> None:
    known = ", ".join(f"{{{{{name}}}}}" for name in places)
    for place in _PLACE.finditer(text):
        if place[1] not in places:
            raise UnknownPlace(field=(part,), place=place[0][:60], known=known)
    stray = _BRACES.search(_PLACE.sub("", text))
    if stray is not None:
        raise UnknownPlace(field=(part,), place=stray[0].strip()[:60], known=known)
