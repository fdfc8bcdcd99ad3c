"""What holds of an order now, after its amendments and refunds: totals, pieces, and whether it was edited."""

from collections import Counter
from collections.abc import Awaitable, Callable, Sequence

from vetrina.graphql import Info, ctx_of
from vetrina.views.orders.amendments import amendment_lines, amendments_of
from vetrina.views.orders.current import CurrentSums, current_of
from vetrina.views.orders.fulfilments import standings_of
from vetrina.views.orders.placed import OrderLineRow, OrderView
from vetrina_storefront.money import MoneyRow, money


async def load_edited(rows: Sequence[OrderView], info: Info) -> list[bool]:
    """Whether anything was added to each order or taken off it."""
    edited = {each.order_id for each in await amendments_of(ctx_of(info).db, [row.id for row in rows])}
    return [row.id in edited for row in rows]


def current(read: Callable[[CurrentSums], int]) -> Callable[[Sequence[OrderView], Info], Awaitable[list[MoneyRow]]]:
    """A batch of an amount as it holds now."""

    async def load(rows: Sequence[OrderView], info: Info) -> list[MoneyRow]:
        found = await current_of(ctx_of(info).db, rows)
        return [money(read(found[row.id]), row.currency) for row in rows]

    return load


async def pieces_gone(rows: Sequence[OrderLineRow], info: Info) -> Counter[int]:
    """How many pieces of each line are no longer of its order: cancelled, taken off, or given back in exchange."""
    db, order_ids = ctx_of(info).db, sorted({row.order_id for row in rows})
    exchanges = {each.id for each in await amendments_of(db, order_ids) if each.kind == "exchange"}
    found = Counter[int]()
    for each in await amendment_lines(db, order_ids):
        found[each.line_id] += each.quantity if each.amendment_id in exchanges else 0
    for lines in (await standings_of(db, order_ids)).values():
        for line_id, standing in lines.items():
            found[line_id] += standing.gone
    return found
