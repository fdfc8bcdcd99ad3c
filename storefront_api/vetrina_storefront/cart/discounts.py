"""What discounts took off a cart's lines and its delivery, as the cart shows them."""

from collections.abc import Iterable, Sequence

import msgspec
import strawberry

from vetrina.flows.quoting import CartQuote
from vetrina.graphql import Info, batch
from vetrina.ports import Adjustment, Target
from vetrina_storefront.discounts import (
    MANUAL,
    PARTS,
    DiscountApplicationAllocationMethod,
    DiscountApplicationTargetSelection,
    DiscountApplicationTargetType,
    PercentageRow,
    PricingValue,
)
from vetrina_storefront.money import MoneyRow, MoneyV2, money


class ShareOfDiscount(msgspec.Struct, frozen=True):
    """How much of a discount a line or the delivery bears, in minor units."""

    adjustment: Adjustment
    amount: int
    currency: str

    @property
    def target_type(self) -> DiscountApplicationTargetType:
        kinds = DiscountApplicationTargetType
        return kinds.LINE_ITEM if self.adjustment.target == "line" else kinds.SHIPPING_LINE

    @property
    def allocation_method(self) -> DiscountApplicationAllocationMethod:
        return DiscountApplicationAllocationMethod(self.adjustment.method)

    @property
    def target_selection(self) -> DiscountApplicationTargetSelection:
        kinds = DiscountApplicationTargetSelection
        return kinds.ENTITLED if self.adjustment.lines else kinds.ALL


def shares_of_line(quote: CartQuote, line_id: int) -> list[ShareOfDiscount]:
    """What each discount took off a line."""
    return [
        ShareOfDiscount(discount.adjustment, share.amount, quote.quote.currency)
        for discount in quote.quote.discounts
        for share in discount.allocations
        if share.line == line_id
    ]


def shares_of(quote: CartQuote, target: Target) -> list[ShareOfDiscount]:
    """What each discount of a target took off the cart as a whole."""
    return [
        ShareOfDiscount(discount.adjustment, discount.amount, quote.quote.currency)
        for discount in quote.quote.discounts
        if discount.adjustment.target == target
    ]


async def load_amounts(rows: Sequence[ShareOfDiscount], info: Info) -> list[MoneyRow]:
    return [money(row.amount, row.currency) for row in rows]


async def load_themselves(rows: Sequence[ShareOfDiscount], info: Info) -> list[ShareOfDiscount]:
    """The discount a share is of is read from the share."""
    return list(rows)


async def load_titles(rows: Sequence[ShareOfDiscount], info: Info) -> list[str]:
    return [row.adjustment.title for row in rows]


async def load_codes(rows: Sequence[ShareOfDiscount], info: Info) -> list[str | None]:
    return [row.adjustment.code for row in rows]


async def load_values(rows: Sequence[ShareOfDiscount], info: Info) -> list[MoneyRow | PercentageRow]:
    """How the rule words it: a percentage, else an amount."""
    return list(_values(rows))


@strawberry.type(description="A discount of a cart, as its rule words it.")
class CartDiscountApplication:
    allocation_method: DiscountApplicationAllocationMethod
    target_selection: DiscountApplicationTargetSelection
    target_type: DiscountApplicationTargetType
    value: PricingValue = batch(load_values)


@strawberry.interface(description="How much a discount took off.")
class CartDiscountAllocation:
    discount_application: CartDiscountApplication = batch(load_themselves)
    discounted_amount: MoneyV2 = batch(load_amounts)
    target_type: DiscountApplicationTargetType


@strawberry.type(description="How much a discount that applies by itself took off.")
class CartAutomaticDiscountAllocation(CartDiscountAllocation):
    title: str = batch(load_titles)

    @classmethod
    def is_type_of(cls, row: object, _: object) -> bool:
        return isinstance(row, ShareOfDiscount) and row.adjustment.code is None and row.adjustment.source != MANUAL


@strawberry.type(description="How much a discount code took off.")
class CartCodeDiscountAllocation(CartDiscountAllocation):
    code: str = batch(load_codes)

    @classmethod
    def is_type_of(cls, row: object, _: object) -> bool:
        return isinstance(row, ShareOfDiscount) and row.adjustment.code is not None


@strawberry.type(description="How much a discount somebody gave by hand took off.")
class CartCustomDiscountAllocation(CartDiscountAllocation):
    title: str = batch(load_titles)

    @classmethod
    def is_type_of(cls, row: object, _: object) -> bool:
        return isinstance(row, ShareOfDiscount) and row.adjustment.code is None and row.adjustment.source == MANUAL


KINDS = (CartAutomaticDiscountAllocation, CartCodeDiscountAllocation, CartCustomDiscountAllocation)


def _values(rows: Iterable[ShareOfDiscount]) -> Iterable[MoneyRow | PercentageRow]:
    for row in rows:
        if row.adjustment.percentage is not None:
            yield PercentageRow(row.adjustment.percentage / PARTS)
        else:
            yield money(row.adjustment.fixed or row.adjustment.amount, row.currency)
