"""What a cart may hold: limits, quantities, when two lines are the same, what stock leaves of a wish."""

import re
from collections.abc import Iterable, Sequence

import msgspec

from vetrina.kernel.crypto import digest
from vetrina.kernel.errors import BadInput
from vetrina.kernel.texts import LINE, text
from vetrina.vocabulary import LARGEST_QUANTITY, Attribute

MOST_LINES = 500
MOST_AT_ONCE = 250
"""Entries of one list in one call."""
MOST_ATTRIBUTES = 100
MOST_CODES = 100
MOST_CARDS = 20
MOST_ADDRESSES = 20
MOST_METAFIELDS = 25
NOTE_LIMIT = 5_000
VALUE_LIMIT = 5_000
EMAIL_LIMIT = 254
"""Characters (RFC 5321)."""

_EMAIL = re.compile(r"[^\s@<>\"(),;:\\\[\]\x00-\x1f\x7f]{1,64}@(?:[\w-]{1,63}\.)+[^\W\d_][\w-]{1,62}")


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """A line as a change of the cart sees it. Without an id it is new."""

    id: int | None
    variant_id: int
    quantity: int
    attributes: tuple[Attribute, ...]

    @property
    def identity(self) -> tuple[int, str]:
        """Lines of the same identity are one line."""
        return self.variant_id, attributes_key(self.attributes) if self.attributes else ""


class QuantityFault(msgspec.Struct, frozen=True):
    """Why a quantity cannot be had, in the words of CartErrorCode."""

    code: str
    message: str


class Writing(msgspec.Struct, frozen=True):
    """What the database has to do so that the lines become what they should be, in this order."""

    dropped: tuple[int, ...]
    added: tuple[Line, ...]
    moved: tuple[tuple[int, int], ...]
    """Pairs of line id and its new quantity."""

    def __bool__(self) -> bool:
        return bool(self.dropped or self.added or self.moved)


def attributes_key(attributes: Iterable[Attribute]) -> str:
    """A digest that is equal for equal attributes, in whatever order; empty for none."""
    pairs = sorted((attribute.key, attribute.value or "") for attribute in attributes)
    return digest(*(part for pair in pairs for part in pair)) if pairs else ""


def checked_attributes(attributes: Sequence[Attribute], field: tuple[str, ...]) -> tuple[Attribute, ...]:
    """Attributes as they will be stored: keys trimmed, the last of several with one key. Raises BadInput."""
    if len(attributes) > MOST_ATTRIBUTES:
        raise BadInput(
            field=field, problem=f"There can be {MOST_ATTRIBUTES} attributes.", reason="many", most=MOST_ATTRIBUTES
        )
    kept = dict[str, Attribute]()
    for index, attribute in enumerate(attributes):
        at = (*field, str(index))
        key = text(attribute.key, field=(*at, "key"), limit=LINE, required=True)
        value = text(attribute.value or "", field=(*at, "value"), limit=VALUE_LIMIT)
        kept[key] = Attribute(key, value)
    return tuple(kept.values())


def checked_codes(codes: Sequence[str], field: tuple[str, ...], most: int) -> tuple[str, ...]:
    """Codes as they were typed, without blanks around them, empty ones and repeats. Raises BadInput."""
    kept = dict[str, str]()
    for index, code in enumerate(codes):
        typed = text(code, field=(*field, str(index)), limit=LINE)
        if typed:
            kept.setdefault(typed.casefold(), typed)
    if len(kept) > most:
        raise BadInput(field=field, problem=f"There can be {most} codes.", reason="many", most=most)
    return tuple(kept.values())


def is_email(value: str) -> bool:
    """Whether it looks like somebody's address. Only a letter that arrives proves that it is one."""
    return len(value) <= EMAIL_LIMIT and value.isprintable() and _EMAIL.fullmatch(value) is not None


def keeps_quantity_rule(quantity: int, minimum: int, increment: int, maximum: int | None) -> bool:
    """Whether a variant is sold in this quantity: from its minimum, in its increments, up to its maximum."""
    return quantity_fault(quantity, minimum, increment, maximum) is None


def quantity_fault(quantity: int, minimum: int, increment: int, maximum: int | None) -> QuantityFault | None:
    """What is wrong with a quantity of a variant, if anything."""
    if quantity < 1:
        return QuantityFault("INVALID", "The quantity must be at least 1.")
    if quantity > LARGEST_QUANTITY:
        return QuantityFault("LESS_THAN", f"The quantity must be at most {LARGEST_QUANTITY}.")
    if quantity < minimum:
        return QuantityFault("MINIMUM_NOT_MET", f"This item is sold from {minimum} pieces on.")
    if maximum is not None and quantity > maximum:
        return QuantityFault("MAXIMUM_EXCEEDED", f"At most {maximum} pieces of this item can be ordered.")
    if quantity % increment:
        return QuantityFault("INVALID_INCREMENT", f"This item is sold in multiples of {increment}.")
    return None


def within_stock(wanted: int, room: int | None, minimum: int, increment: int) -> int:
    """As much of a wish as stock has room for, in a quantity that is sold; 0 when there is none. None: no limit."""
    if room is None or wanted <= room:
        return wanted
    most = max(room, 0) // increment * increment
    return most if most >= minimum else 0


def merged(lines: Iterable[Line]) -> tuple[Line, ...]:
    """The lines with equal ones made one: the oldest stays and takes the quantities."""
    kept = dict[tuple[int, str], Line]()
    for line in lines:
        identity = line.identity
        twin = kept.get(identity)
        kept[identity] = line if twin is None else msgspec.structs.replace(twin, quantity=twin.quantity + line.quantity)
    return tuple(kept.values())


def writing(before: Sequence[Line], after: Sequence[Line]) -> Writing:
    """How to get from the lines as stored to the lines as wanted.

    A line that becomes another variant, or gets other attributes, is dropped and added under its id: changing rows
    in place could break the uniqueness of lines half-way.
    """
    stored = {line.id: line for line in before}
    wanted = {line.id: line for line in after if line.id is not None}
    changed = {key for key, line in wanted.items() if stored[key].identity != line.identity}
    return Writing(
        dropped=tuple(key for key in stored if key is not None and (key not in wanted or key in changed)),
        added=tuple(line for line in after if line.id is None or line.id in changed),
        moved=tuple(
            (key, line.quantity)
            for key, line in wanted.items()
            if key not in changed and stored[key].quantity != line.quantity
        ),
    )
