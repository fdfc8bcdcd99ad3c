"""Every price says why: the steps from the lines' prices to the amount due, of a cart and of an order."""

from collections.abc import Sequence
from enum import Enum

import msgspec
import strawberry

from vetrina.graphql import Info, ctx_of
from vetrina.views.orders.explanations import order_explanations
from vetrina.views.orders.placed import OrderView
from vetrina_storefront.money import MoneyRow, MoneyV2, money


class StepRow(msgspec.Struct, frozen=True):
    """One step: what happened, and what it did to the amount due."""

    kind: str
    label: str
    amount: MoneyRow


@strawberry.enum(description="What a step of a price is about.")
class CartPriceStepKind(Enum):
    LINE = "LINE"
    DISCOUNT = "DISCOUNT"
    DELIVERY = "DELIVERY"
    TAX = "TAX"
    FEE = "FEE"
    REDEMPTION = "REDEMPTION"


@strawberry.type(description="One step from the lines' prices to the amount due. The amounts of all steps sum to it.")
class CartPriceStep:
    kind: CartPriceStepKind
    label: str = strawberry.field(
        description="The line's pieces and product, the discount's title, the way to deliver, the tax; of a gift card"
        " its last characters."
    )
    amount: MoneyV2 = strawberry.field(description="Below zero where it takes something off.")


async def load_order_steps(rows: Sequence[OrderView], info: Info) -> list[list[StepRow]]:
    """The steps of each order, as they were when it was placed."""
    found = await order_explanations(ctx_of(info).db, [row.id for row in rows])
    return [
        [StepRow(kind.upper(), label, money(amount, row.currency)) for kind, label, amount in found.get(row.id, ())]
        for row in rows
    ]
