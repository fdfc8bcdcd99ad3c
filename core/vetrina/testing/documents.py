"""The suite of those who keep an order's papers."""

import msgspec

from vetrina.kernel.context import BUYER, Context
from vetrina.ports import OrderDocuments, OrderPapers

UNKNOWN = 2**53
"""An order that no test has."""


class OrderDocumentsContract:
    """Inherit, name who keeps them, and let pytest collect it. Needs a fixture `ctx`."""

    def documents(self) -> OrderDocuments:
        raise NotImplementedError

    async def test_of_an_order_that_is_not_there_it_has_nothing(self, ctx: Context) -> None:
        for asking in (ctx, msgspec.structs.replace(ctx, actor=BUYER)):
            assert await self.documents().papers(asking, UNKNOWN) == OrderPapers()

    async def test_a_reference_that_names_nothing_opens_nothing(self, ctx: Context) -> None:
        for reference in ("", "0", str(UNKNOWN), "9" * 40, "../../etc/passwd", "\u0663", "-1", "x'--"):
            assert await self.documents().file(ctx, reference) is None, reference
