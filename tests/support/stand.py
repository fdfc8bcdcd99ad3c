"""A shop's stand for tests of what plugins publish: its tables, their ports and the storefront with them, no HTTP."""

import json
from collections.abc import Sequence
from contextlib import AbstractContextManager
from functools import cache
from typing import Any

import msgspec
from tests.support.shops import StillClock

from vetrina.flows.catalog import Created
from vetrina.graphql.errors import shown
from vetrina.graphql.guarding import guarded
from vetrina.graphql.operations import Operations
from vetrina.kernel.clock import SystemClock
from vetrina.kernel.context import BUYER, Context
from vetrina.kernel.meters import Meters
from vetrina.kernel.registry import Ports, Provided
from vetrina.plugin.collected import Collected
from vetrina.plugin.loader import load
from vetrina.testing import Unanswered, make_product
from vetrina.testing.statements import all_statements
from vetrina.views.markets import atlas
from vetrina_storefront.context import place_asked_for
from vetrina_storefront.schema import compose_storefront

METERS = Meters(SystemClock())


class Stand:
    """What of a Workshop a test of the storefront needs; its schema is composed once per process."""

    def __init__(self, ctx: Context, clock: StillClock, plugins: Sequence[str]) -> None:
        provided = [
            Provided(item.port, item.key, owner, item.implementation) for owner, item in _loaded(*plugins).ports
        ]
        self.ctx = msgspec.structs.replace(ctx, shop=msgspec.structs.replace(ctx.shop, ports=Ports(provided, METERS)))
        self.clock = clock
        self._operations = _operations(*plugins)

    @property
    def buyer(self) -> Context:
        """Anybody's context."""
        return msgspec.structs.replace(self.ctx, actor=BUYER)

    async def ask(self, document: str, /, **variables: Any) -> Any:
        """Ask the storefront; the data. Raises Unanswered with its errors."""
        operation = self._operations.prepare(document, None)
        if operation.errors:
            raise Unanswered(str(operation.errors))
        place = (await atlas(self.ctx.db)).place(*place_asked_for(operation.node, variables))
        result = await operation.run(variables, msgspec.structs.replace(self.buyer, place=place))
        assert not operation.counts.deopt
        if result.errors:
            raise Unanswered(json.dumps([shown(error, "test") for error in result.errors]))
        return msgspec.json.decode(msgspec.json.encode(result.data))

    async def product(self, title: str, **more: Any) -> Created:
        """A product on sale."""
        return await make_product(self.ctx, title, **more)

    def statements(self) -> AbstractContextManager[list[str]]:
        """The texts of all SQL statements that are run inside the block."""
        return all_statements(self.ctx.db)


@cache
def _loaded(*plugins: str) -> Collected:
    return load(plugins, strict=True)


@cache
def _operations(*plugins: str) -> Operations:
    collected = _loaded(*plugins)
    speaks = {plugin.name: plugin.manifest.speaks for plugin in collected.loaded}
    parts = [(owner, guarded(owner, part, METERS, speaks[owner])) for owner, part in collected.graphql]
    return Operations(compose_storefront(parts))
