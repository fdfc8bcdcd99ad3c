"""ShopPolicy: what a shop promises, as the plugin that keeps policies says it; nothing where none does."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import strawberry
import structlog

from vetrina.graphql import Info, batch, ctx_of, gid, once, read_from
from vetrina.graphql.scalars import URL
from vetrina.kernel.context import Context
from vetrina.kernel.registry import PortFailed
from vetrina.ports import PolicyKind, PolicyText, ShopPolicies
from vetrina_storefront.interfaces import Node

log = structlog.get_logger(__name__)


def load_policy(kind: PolicyKind) -> Callable[[Sequence[Any], Info], Awaitable[list[PolicyText | None]]]:
    """The loader of one of the shop's policies; an operation reads them together."""

    async def load(rows: Sequence[Any], info: Info) -> list[PolicyText | None]:
        found = await once(info, ("policies",), lambda: _policies(ctx_of(info)))
        return [found.get(kind)] * len(rows)

    return load


async def load_urls(rows: Sequence[PolicyText], info: Info) -> list[str]:
    """Where each policy stands in the shop."""
    return [f"{ctx_of(info).shop.base_url}/policies/{row.handle}" for row in rows]


async def load_ids(rows: Sequence[PolicyText], info: Info) -> list[str]:
    """Public ids; what is promised by default has the same kind of id."""
    return [gid(row.type_name, row.id) for row in rows]


@strawberry.type(description="What a shop promises.")
class ShopPolicy(Node):
    body: str
    handle: str
    title: str
    url: URL = batch(load_urls)

    is_type_of = read_from(PolicyText)


@strawberry.type(description="What a shop promises, or what is promised everywhere.")
class ShopPolicyWithDefault:
    body: str
    handle: str
    id: strawberry.ID | None = batch(load_ids)
    title: str
    url: URL = batch(load_urls)


async def _policies(ctx: Context) -> dict[str, PolicyText]:
    """By kind; of several plugins that keep policies the first has the word."""
    found: dict[str, PolicyText] = {}
    for source in ctx.shop.ports.all(ShopPolicies):
        try:
            texts = await ctx.shop.ports.ask(source, source.implementation.policies, ctx)
        except PortFailed as error:
            log.warning("policies not found", plugin=source.owner, reason=str(error))
            continue
        found = {text.kind: text for text in texts} | found
    return found
