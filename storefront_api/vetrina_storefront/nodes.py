"""node and nodes: anything public by its id."""

from typing import Any

import strawberry

from vetrina.graphql import Info, ctx_of, root, split_gid
from vetrina.kernel.errors import BadInput
from vetrina.views.nodes import nodes_by_key
from vetrina_storefront.interfaces import Node

MOST_NODES = 250


@strawberry.type
class NodeQuery:
    @root(description="Anything public by its id; null where there is nothing a buyer may see.")
    async def node(self, info: Info, id: strawberry.ID) -> Node | None:  # noqa: A002 the contract's word
        return (await _found(info, [split_gid(id, field=("id",))]))[0]

    @root(description="Several things by their ids, in their order; null where there is nothing.")
    async def nodes(self, info: Info, ids: list[strawberry.ID]) -> list[Node | None]:
        if len(ids) > MOST_NODES:
            raise BadInput(field=("ids",), problem=f"At most {MOST_NODES} ids are answered.")
        return await _found(info, [split_gid(one, field=("ids", str(index))) for index, one in enumerate(ids)])


async def _found(info: Info, keys: list[tuple[str, str]]) -> list[Any]:
    found = await nodes_by_key(ctx_of(info), keys)
    return [found.get(key) for key in keys]
