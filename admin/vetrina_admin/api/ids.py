"""Ids: every node's own, and those that arguments name."""

from collections.abc import Sequence
from typing import Annotated, Any, Protocol

import strawberry

from vetrina.graphql import Info, batch, gid

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
