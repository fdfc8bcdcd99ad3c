"""Why orders cost what they cost: the quote's steps, as they were frozen with the order."""

from collections.abc import Sequence

from sqlalchemy import select

from vetrina.kernel.db import Reads, id_in
from vetrina.shop.orders.models import Order

StepRow = tuple[str, str, int]
"""Kind, label, and what it did to the amount to pay, in minor units of the order's currency."""


async def order_explanations(reads: Reads, order_ids: Sequence[int]) -> dict[int, list[StepRow]]:
    """The steps of each order; imported ones have none."""
    found = await reads.fetch(_EXPLANATIONS, {"ids": list(order_ids)})
    return {key: [(str(kind), str(label), int(amount)) for kind, label, amount in steps] for key, steps in found}


_EXPLANATIONS = select(Order.id, Order.explanation).where(id_in(Order.id, "ids"))
