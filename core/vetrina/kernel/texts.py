"""What a text may hold: a length, and nothing the database cannot store."""

from vetrina.kernel.errors import BadInput

LINE = 255
"""Characters of a name, a title, a code."""


def line(value: str, *, field: tuple[str, ...], limit: int = LINE, required: bool = False) -> str:
    """A text on one line: blanks collapsed. Raises BadInput naming the field."""
    return text(
        " ".join(checked(value, field=field, limit=4 * limit).split()), field=field, limit=limit, required=required
    )


def text(value: str, *, field: tuple[str, ...], limit: int, required: bool = False) -> str:
    """A text of several lines, without the blanks around it. Raises BadInput naming the field."""
    stripped = checked(value, field=field, limit=limit).strip()
    if required and not stripped:
        raise BadInput(field=field, problem=f"{name_of(field)} cannot be empty.")
    return stripped


def checked(value: str, *, field: tuple[str, ...], limit: int) -> str:
    """The text as it is. Raises BadInput when it is too long or holds what PostgreSQL cannot store."""
    if len(value) > limit:
        raise BadInput(field=field, problem=f"{name_of(field)} has {len(value)} characters; {limit} are possible.")
    if "\0" in value or not _is_unicode(value):
        raise BadInput(field=field, problem=f"{name_of(field)} holds a character that is not text.")
    return value


def name_of(field: tuple[str, ...]) -> str:
    """The input's last name as people read it: ("variants", "0", "sku") is "sku"."""
    named = [part for part in field if not part.isdigit()]
    return named[-1].replace("_", " ") if named else "the text"


def _is_unicode(value: str) -> bool:
    """A lone surrogate is half a character: no encoding can carry it."""
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True
