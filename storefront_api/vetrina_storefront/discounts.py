"""What was taken off and where: discount applications, their values, their shares."""

from collections.abc import Sequence
from enum import Enum
from typing import Annotated

import msgspec
import strawberry

from vetrina.graphql import Info, PageInfo, batch, read_from
from vetrina.views.orders.placed import OrderDiscountRow
from vetrina_storefront.money import MoneyRow, MoneyV2, money

MANUAL = "manual"
"""The source of discounts that a person gave by hand."""
PARTS = 10_000
"""Parts per million in one per cent."""


@strawberry.enum(description="How a discount is shared over what it is about.")
class DiscountApplicationAllocationMethod(Enum):
    ACROSS = "ACROSS"
    EACH = "EACH"
    ONE = strawberry.enum_value("ONE", deprecation_reason="Use ACROSS instead.")


@strawberry.enum(description="Which of the lines a discount is about.")
class DiscountApplicationTargetSelection(Enum):
    ALL = "ALL"
    ENTITLED = "ENTITLED"
    EXPLICIT = "EXPLICIT"


@strawberry.enum(description="Whether a discount is about lines or about delivery.")
class DiscountApplicationTargetType(Enum):
    LINE_ITEM = "LINE_ITEM"
    SHIPPING_LINE = "SHIPPING_LINE"


class PercentageRow(msgspec.Struct, frozen=True):
    """A discount worded as a percentage."""

    percentage: float


class ShareRow(msgspec.Struct, frozen=True):
    """How much of a discount something bears."""

    allocated_amount: MoneyRow
    discount_application: OrderDiscountRow


@strawberry.type(description="A percentage.")
class PricingPercentageValue:
    percentage: float

    is_type_of = read_from(PercentageRow)


PricingValue = Annotated[MoneyV2 | PricingPercentageValue, strawberry.union("PricingValue")]


async def load_values(rows: Sequence[OrderDiscountRow], info: Info) -> list[MoneyRow | PercentageRow]:
    """How the discount is worded: a percentage, else an amount."""
    return [
        PercentageRow(row.percentage / PARTS)
        if row.percentage is not None
        else money(row.fixed if row.fixed is not None else row.amount, row.currency)
        for row in rows
    ]


async def load_methods(rows: Sequence[OrderDiscountRow], info: Info) -> list[str]:
    return [row.method for row in rows]


async def load_targets(rows: Sequence[OrderDiscountRow], info: Info) -> list[str]:
    return ["LINE_ITEM" if row.target == "line" else "SHIPPING_LINE" for row in rows]


async def load_applicable(rows: Sequence[OrderDiscountRow], info: Info) -> list[bool]:
    """What was not applicable is in no order."""
    return [True] * len(rows)


async def load_descriptions(rows: Sequence[OrderDiscountRow], info: Info) -> list[None]:
    return [None] * len(rows)


@strawberry.interface(description="A discount as it was applied.")
class DiscountApplication:
    allocation_method: DiscountApplicationAllocationMethod = batch(load_methods)
    target_selection: DiscountApplicationTargetSelection
    target_type: DiscountApplicationTargetType = batch(load_targets)
    value: PricingValue = batch(load_values)


@strawberry.type(description="A discount that applies by itself.")
class AutomaticDiscountApplication(DiscountApplication):
    title: str

    @classmethod
    def is_type_of(cls, row: object, _: object) -> bool:
        return isinstance(row, OrderDiscountRow) and row.code is None and row.source != MANUAL


@strawberry.type(description="A discount the buyer has a code for.")
class DiscountCodeApplication(DiscountApplication):
    applicable: bool = batch(load_applicable)
    code: str

    @classmethod
    def is_type_of(cls, row: object, _: object) -> bool:
        return isinstance(row, OrderDiscountRow) and row.code is not None


@strawberry.type(description="A discount somebody gave by hand.")
class ManualDiscountApplication(DiscountApplication):
    description: str | None = batch(load_descriptions)
    title: str

    @classmethod
    def is_type_of(cls, row: object, _: object) -> bool:
        return isinstance(row, OrderDiscountRow) and row.code is None and row.source == MANUAL


KINDS = (AutomaticDiscountApplication, DiscountCodeApplication, ManualDiscountApplication)
"""Every kind of discount there is: fields name only the interface."""


@strawberry.type(description="How much of a discount something bears.")
class DiscountAllocation:
    allocated_amount: MoneyV2
    discount_application: DiscountApplication


@strawberry.type(description="A discount and its place in a connection.")
class DiscountApplicationEdge:
    cursor: str
    node: DiscountApplication


@strawberry.type(description="A page of discounts.")
class DiscountApplicationConnection:
    edges: list[DiscountApplicationEdge]
    nodes: list[DiscountApplication]
    page_info: PageInfo
