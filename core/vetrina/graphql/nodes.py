"""Nodes whose rows have a numeric key: their own id, the argument that names one, and lists of them page by page."""

from collections.abc import Sequence
from typing import Annotated, Any, Protocol, TypeVar

import strawberry

from vetrina.graphql.connections import Connection, PageArgs, connect_page, page_args, write_cursor
from vetrina.graphql.fields import Info, batch
from vetrina.graphql.ids import gid
from vetrina.kernel.errors import BadInput

KeyedRow = TypeVar("KeyedRow", bound="Keyed")

IdArgument = Annotated[strawberry.ID, strawberry.argument(name="id")]
"""An argument that is called id on the wire."""


class Keyed(Protocol):
    """A row with a key."""

    @property
    def id(self) -> int: ...


def id_field(type_name: str) -> Any:
    """The field `id` of a type whose rows have a numeric key."""

    async def load_ids(rows: Sequence[Keyed], info: Info) -> list[str]:
        return [gid(type_name, row.id) for row in rows]

    return batch(load_ids)


def forward(first: int | None, after: str | None, *kinds: type) -> PageArgs:
    """The arguments of a list that is read in one direction; its cursor holds values of these types. Raises BadInput.

    A list by falling ids is `page = forward(first, after, int)`, read below `page.after[0]` if there is any, one row
    more than `page.size`, and then `newest_first(rows, page)`.
    """
    page = page_args(first, None, after, None)
    if page.after is not None:
        given = page.after
        if len(given) != len(kinds) or not all(map(_fits, given, kinds)):
            raise BadInput(field=("after",), problem="This is not a cursor of this connection.")
    return page


def newest_first(rows: Sequence[KeyedRow], page: PageArgs) -> Connection[KeyedRow]:
    """A connection of rows read by falling ids, one row too many."""
    return connect_page(rows, page, lambda row: write_cursor(row.id))


def _fits(value: Any, kind: type) -> bool:
    """Whether a cursor's value may be compared with its column."""
    return isinstance(value, kind) and (not isinstance(value, int) or abs(value) < 2**63)
