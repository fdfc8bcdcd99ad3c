"""What a text may hold: so many characters, and none the database cannot store."""

from vetrina.kernel.errors import BadInput

LINE = 255
"""Characters of a name, a title, a code."""


def line(value: str, *, field: tuple[str, ...], limit: int = LINE, required: bool = False) -> str:
    """A text on one line: runs of blanks become one. Raises BadInput naming the field."""
    return text(" ".join(value.split()), field=field, limit=limit, required=required)


def text(value: str, *, field: tuple[str, ...], limit: int, required: bool = False) -> str:
    """A text of several lines, without the blanks around it. Raises BadInput naming the field."""
    stripped = value.strip()
    if len(stripped) > limit:
        problem = f"The {_name(field)} has more than {limit} characters."
        raise BadInput(field=field, problem=problem, reason="long", limit=limit)
    if "\0" in stripped or not _is_unicode(stripped):
        problem = f"The {_name(field)} holds a character that is not text."
        raise BadInput(field=field, problem=problem, reason="characters")
    if required and not stripped:
        raise BadInput(field=field, problem=f"The {_name(field)} cannot be empty.", reason="empty")
    return stripped


def _name(field: tuple[str, ...]) -> str:
    """The input as people call it: ("variants", "0", "sku") is the sku."""
    named = [part for part in field if not part.isdigit()]
    return named[-1].replace("_", " ") if named else "text"


def _is_unicode(value: str) -> bool:
    """A lone surrogate is half a character: no encoding carries it."""
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True
