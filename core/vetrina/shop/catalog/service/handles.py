"""Find handles that nobody has."""

from collections.abc import Sequence

from sqlalchemy import select

from vetrina.kernel.db import Session, text_in
from vetrina.shop.catalog.models import Collection, Product
from vetrina.shop.catalog.rules import candidates, choose_handle

WINDOW = 8
"""How many numbers are tried at once, at first; then ten times as many."""


async def free_handles(session: Session, owner: type[Product] | type[Collection], wanted: Sequence[str]) -> list[str]:
    """For each wanted handle itself, or with -1, -2, ... when it is taken, here or earlier in the list."""
    found: dict[int, str] = {}
    given = set[str]()
    start, count = 0, WINDOW
    while len(found) < len(wanted):
        waiting = [(index, handle) for index, handle in enumerate(wanted) if index not in found]
        tried = dict.fromkeys(name for _, handle in waiting for name in candidates(handle, start, count))
        statement = _HANDLES_OF_PRODUCTS if owner is Product else _HANDLES_OF_COLLECTIONS
        taken = given | {handle for (handle,) in await session.fetch(statement, {"handles": list(tried)})}
        for index, handle in waiting:
            free = choose_handle(handle, taken, start, count)
            if free is not None:
                found[index] = free
                given.add(free)
                taken.add(free)
        start, count = start + count, count * 10
    return [found[index] for index in range(len(wanted))]


_HANDLES_OF_PRODUCTS = select(Product.handle).where(text_in(Product.handle, "handles", is_long=True))
_HANDLES_OF_COLLECTIONS = select(Collection.handle).where(text_in(Collection.handle, "handles", is_long=True))
