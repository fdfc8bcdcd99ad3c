"""Selling plans: the contract's types. The core sells at once only, so nothing leads to one of them yet."""

from collections.abc import Sequence
from enum import Enum
from typing import Any

import strawberry

from vetrina.graphql import Connection, Info, PageInfo, batch, empty, window_args
from vetrina_storefront.later import optional, union_of
from vetrina_storefront.metafields import HasMetafields
from vetrina_storefront.money import MoneyV2


async def load_empty(
    rows: Sequence[object],
    info: Info,
    after: str | None = None,
    before: str | None = None,
    first: int | None = None,
    last: int | None = None,
    reverse: bool | None = False,
) -> list[Connection[Any]]:
    """A connection the core has nothing for; its arguments are checked all the same."""
    window_args(first, after, last, before, reverse)
    return [empty()] * len(rows)


@strawberry.enum(description="The unit of a recurring plan.")
class SellingPlanInterval(Enum):
    DAY = "DAY"
    MONTH = "MONTH"
    WEEK = "WEEK"
    YEAR = "YEAR"


@strawberry.enum(description="How much is charged at the checkout.")
class SellingPlanCheckoutChargeType(Enum):
    PERCENTAGE = "PERCENTAGE"
    PRICE = "PRICE"


@strawberry.type(description="A part of the price, in percent.")
class SellingPlanCheckoutChargePercentageValue:
    percentage: float


SellingPlanCheckoutChargeValue = union_of(
    "SellingPlanCheckoutChargeValue", MoneyV2, SellingPlanCheckoutChargePercentageValue
)


@strawberry.type(description="What a plan charges at the checkout.")
class SellingPlanCheckoutCharge:
    type: SellingPlanCheckoutChargeType
    value: object = strawberry.field(graphql_type=SellingPlanCheckoutChargeValue)


@strawberry.type(description="A plan charges again and again.")
class SellingPlanRecurringBillingPolicy:
    interval: SellingPlanInterval
    interval_count: int


@strawberry.type(description="A plan delivers again and again.")
class SellingPlanRecurringDeliveryPolicy:
    interval: SellingPlanInterval
    interval_count: int


SellingPlanBillingPolicy = union_of("SellingPlanBillingPolicy", SellingPlanRecurringBillingPolicy)
SellingPlanDeliveryPolicy = union_of("SellingPlanDeliveryPolicy", SellingPlanRecurringDeliveryPolicy)


@strawberry.type(description="So much less.")
class SellingPlanFixedAmountPriceAdjustment:
    adjustment_amount: MoneyV2


@strawberry.type(description="This price instead.")
class SellingPlanFixedPriceAdjustment:
    price: MoneyV2


@strawberry.type(description="So many percent less.")
class SellingPlanPercentagePriceAdjustment:
    adjustment_percentage: float


SellingPlanPriceAdjustmentValue = union_of(
    "SellingPlanPriceAdjustmentValue",
    SellingPlanFixedAmountPriceAdjustment,
    SellingPlanFixedPriceAdjustment,
    SellingPlanPercentagePriceAdjustment,
)


@strawberry.type(description="What a plan changes of the price, and for how many orders.")
class SellingPlanPriceAdjustment:
    adjustment_value: object = strawberry.field(graphql_type=SellingPlanPriceAdjustmentValue)
    order_count: int | None


@strawberry.type(description="What a plan says to one question of its group.")
class SellingPlanOption:
    name: str | None
    value: str | None


@strawberry.type(description="A way to buy other than at once.")
class SellingPlan(HasMetafields):
    billing_policy: object = strawberry.field(graphql_type=optional(SellingPlanBillingPolicy))
    checkout_charge: SellingPlanCheckoutCharge
    delivery_policy: object = strawberry.field(graphql_type=optional(SellingPlanDeliveryPolicy))
    description: str | None
    id: strawberry.ID
    name: str
    options: list[SellingPlanOption]
    price_adjustments: list[SellingPlanPriceAdjustment]
    recurring_deliveries: bool


@strawberry.type(description="A selling plan and its place in a connection.")
class SellingPlanEdge:
    cursor: str
    node: SellingPlan


@strawberry.type(description="A page of selling plans.")
class SellingPlanConnection:
    edges: list[SellingPlanEdge]
    nodes: list[SellingPlan]
    page_info: PageInfo


@strawberry.type(description="A question that the plans of a group answer.")
class SellingPlanGroupOption:
    name: str
    values: list[str]


@strawberry.type(description="Selling plans offered together.")
class SellingPlanGroup:
    app_name: str | None
    name: str
    options: list[SellingPlanGroupOption]
    selling_plans: SellingPlanConnection = batch(load_empty)


@strawberry.type(description="A group of selling plans and its place in a connection.")
class SellingPlanGroupEdge:
    cursor: str
    node: SellingPlanGroup


@strawberry.type(description="A page of groups of selling plans.")
class SellingPlanGroupConnection:
    edges: list[SellingPlanGroupEdge]
    nodes: list[SellingPlanGroup]
    page_info: PageInfo


@strawberry.type(description="What a variant costs under a plan, for some of its deliveries.")
class SellingPlanAllocationPriceAdjustment:
    compare_at_price: MoneyV2
    per_delivery_price: MoneyV2
    price: MoneyV2
    unit_price: MoneyV2 | None


@strawberry.type(description="A plan as it applies to a variant.")
class SellingPlanAllocation:
    checkout_charge_amount: MoneyV2
    price_adjustments: list[SellingPlanAllocationPriceAdjustment]
    remaining_balance_charge_amount: MoneyV2
    selling_plan: SellingPlan


@strawberry.type(description="A plan of a variant and its place in a connection.")
class SellingPlanAllocationEdge:
    cursor: str
    node: SellingPlanAllocation


@strawberry.type(description="A page of a variant's plans.")
class SellingPlanAllocationConnection:
    edges: list[SellingPlanAllocationEdge]
    nodes: list[SellingPlanAllocation]
    page_info: PageInfo
