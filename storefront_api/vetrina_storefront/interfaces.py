"""The interfaces of the storefront's nodes."""

from collections.abc import Sequence
from typing import ClassVar, Protocol

import strawberry

from vetrina.graphql import Info, batch, gid
from vetrina.graphql.scalars import URL


class NodeRow(Protocol):
    """A row that has a public id: its type's name on the wire, and its key."""

    type_name: ClassVar[str]

    @property
    def id(self) -> int: ...


async def load_ids(rows: Sequence[NodeRow], info: Info) -> list[str]:
    """Public ids."""
    return [gid(row.type_name, row.id) for row in rows]


@strawberry.interface(description="Anything that can be asked for by its id.")
class Node:
    id: strawberry.ID = batch(load_ids)


async def load_nothing(rows: Sequence[object], info: Info) -> list[None]:
    """What this shop does not keep."""
    return [None] * len(rows)


@strawberry.interface(description="Something with a page in the shop's own online store.")
class OnlineStorePublishable:
    online_store_url: URL | None = batch(load_nothing)


@strawberry.interface(description="Something whose visits can be told apart by parameters of its address.")
class Trackable:
    tracking_parameters: str | None = batch(load_nothing)


@strawberry.interface(description="What went wrong with a mutation's input.")
class DisplayableError:
    field: list[str] | None
    message: str
