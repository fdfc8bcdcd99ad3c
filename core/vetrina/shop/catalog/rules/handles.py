"""Handles: the readable name of a product or collection in its address, unique in the shop."""

import re
from collections.abc import Collection, Iterator
from itertools import islice

from vetrina.kernel.errors import BadInput
from vetrina.shop.catalog.rules.words import fold

LONGEST = 255

_GAPS = re.compile(r"[\W_]+")
_HANDLE = re.compile(r"[^\W_]+(-[^\W_]+)*")


def slug(text: str, otherwise: str) -> str:
    """Turn any text into a handle: lower case, no accents, words joined by dashes; `otherwise` if no word is left."""
    return _GAPS.sub("-", fold(text))[:LONGEST].strip("-") or otherwise


def check_handle(handle: str) -> str:
    """A handle somebody chose. Raises BadInput when an address could not carry it as it is."""
    if len(handle) > LONGEST or not _HANDLE.fullmatch(handle) or handle != handle.lower():
        raise BadInput(
            field=("handle",),
            problem="A handle is lower-case letters and digits, joined by single dashes.",
            reason="handle",
        )
    return handle


def candidates(wanted: str, start: int, count: int) -> list[str]:
    """The handle itself first, then with -1, -2 and so on; `start` skips those already found taken."""
    return list(islice(_numbered(wanted), start, start + count))


def choose_handle(wanted: str, taken: Collection[str], start: int, count: int) -> str | None:
    """The first of those candidates that is free, or None."""
    return next((handle for handle in candidates(wanted, start, count) if handle not in taken), None)


def _numbered(wanted: str) -> Iterator[str]:
    yield wanted
    number = 0
    while True:
        number += 1
        yield f"{wanted[: LONGEST - 1 - len(str(number))]}-{number}"
