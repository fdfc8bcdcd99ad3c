"""Order and its parts, for whoever holds the order's token."""

from collections import defaultdict
from collections.abc import Awaitable, Callable, Sequence
from enum import Enum
from typing import Any

import strawberry

from vetrina.graphql import (
    Connection,
    Info,
    PageInfo,
    batch,
    connect_list,
    ctx_of,
    gid,
    once,
    read_from,
    root,
    write_cursor,
)
from vetrina.graphql.scalars import URL, DateTime
from vetrina.views.catalog.variants import VariantRow, variants_by_id
from vetrina.views.orders.current import current_of
from vetrina.views.orders.placed import (
    OrderDiscountRow,
    OrderLineRow,
    OrderView,
    order_by_token,
    order_discounts,
    order_lines,
    orders_by_id,
    status_url,
)
from vetrina.views.payments.standing import payments_of_orders
from vetrina.vocabulary import OrderState
from vetrina_storefront.addresses import MailingAddress, MailingAddressRow, mailing_address
from vetrina_storefront.amended import current, load_edited, pieces_gone
from vetrina_storefront.attributes import Attribute, AttributeRow, attributes
from vetrina_storefront.discounts import DiscountAllocation, DiscountApplicationConnection, ShareRow
from vetrina_storefront.enums import CurrencyCode
from vetrina_storefront.fulfillments import Fulfillment, load_fulfillments
from vetrina_storefront.interfaces import Node, load_nothing
from vetrina_storefront.metafields import HasMetafields
from vetrina_storefront.money import MoneyRow, MoneyV2, money
from vetrina_storefront.price_steps import CartPriceStep, load_order_steps
from vetrina_storefront.variants import ProductVariant


@strawberry.enum(description="Why an order was cancelled.")
class OrderCancelReason(Enum):
    CUSTOMER = "CUSTOMER"
    DECLINED = "DECLINED"
    FRAUD = "FRAUD"
    INVENTORY = "INVENTORY"
    OTHER = "OTHER"
    STAFF = "STAFF"


@strawberry.enum(description="What has been paid, promised and given back.")
class OrderFinancialStatus(Enum):
    AUTHORIZED = "AUTHORIZED"
    PAID = "PAID"
    PARTIALLY_PAID = "PARTIALLY_PAID"
    PARTIALLY_REFUNDED = "PARTIALLY_REFUNDED"
    PENDING = "PENDING"
    REFUNDED = "REFUNDED"
    VOIDED = "VOIDED"


@strawberry.enum(description="What has been sent.")
class OrderFulfillmentStatus(Enum):
    FULFILLED = "FULFILLED"
    IN_PROGRESS = "IN_PROGRESS"
    ON_HOLD = "ON_HOLD"
    OPEN = "OPEN"
    PARTIALLY_FULFILLED = "PARTIALLY_FULFILLED"
    PENDING_FULFILLMENT = "PENDING_FULFILLMENT"
    RESTOCKED = "RESTOCKED"
    SCHEDULED = "SCHEDULED"
    UNFULFILLED = "UNFULFILLED"


def _each(read: Callable[[OrderView], Any]) -> Callable[[Sequence[OrderView], Info], Awaitable[list[Any]]]:
    """A batch of what each order's row says by itself."""

    async def load(rows: Sequence[OrderView], info: Info) -> list[Any]:
        return [read(row) for row in rows]

    return load


def _amount(read: Callable[[OrderView], int]) -> Callable[[Sequence[OrderView], Info], Awaitable[list[MoneyRow]]]:
    """A batch of one of each order's amounts."""

    async def load(rows: Sequence[OrderView], info: Info) -> list[MoneyRow]:
        return [money(read(row), row.currency) for row in rows]

    return load


async def load_order_ids(rows: Sequence[OrderView], info: Info) -> list[str]:
    """Ids with the order's secret key."""
    return [gid(row.type_name, row.key) for row in rows]


async def load_status_urls(rows: Sequence[OrderView], info: Info) -> list[str]:
    """Each order's own page, with a secret of its own."""
    return [status_url(ctx_of(info), row.number, row.key) for row in rows]


async def load_billing(rows: Sequence[OrderView], info: Info) -> list[MailingAddressRow | None]:
    return [mailing_address(f"{row.key}.billing", row.billing_address) for row in rows]


async def load_shipping(rows: Sequence[OrderView], info: Info) -> list[MailingAddressRow | None]:
    return [mailing_address(f"{row.key}.shipping", row.shipping_address) for row in rows]


async def load_instructions(rows: Sequence[OrderView], info: Info) -> list[list[AttributeRow]]:
    """What the buyer was told about paying."""
    told: dict[int, list[AttributeRow]] = defaultdict(list)
    for payment in await payments_of_orders(ctx_of(info).db, [row.id for row in rows]):
        told[payment.order_id or 0] += attributes(payment.instructions)
    return [told[row.id] for row in rows]


async def load_line_items(
    rows: Sequence[OrderView],
    info: Info,
    after: str | None = None,
    before: str | None = None,
    first: int | None = None,
    last: int | None = None,
    reverse: bool | None = False,
) -> list[Connection[OrderLineRow]]:
    """The lines of each order, in their order."""
    found: dict[int, list[OrderLineRow]] = defaultdict(list)
    for line in await order_lines(ctx_of(info).db, [row.id for row in rows]):
        found[line.order_id].append(line)

    def connected(lines: list[OrderLineRow]) -> Connection[OrderLineRow]:
        return connect_list(lines, _place, first=first, last=last, after=after, before=before, reverse=reverse)

    return [connected(found[row.id]) for row in rows]


async def load_applications(
    rows: Sequence[OrderView],
    info: Info,
    after: str | None = None,
    before: str | None = None,
    first: int | None = None,
    last: int | None = None,
    reverse: bool | None = False,
) -> list[Connection[OrderDiscountRow]]:
    """The discounts of each order, in the order they were applied."""
    found = await _discounts(info, [row.id for row in rows])

    def connected(applied: list[OrderDiscountRow]) -> Connection[OrderDiscountRow]:
        return connect_list(
            applied,
            lambda row: write_cursor(row.id),
            first=first,
            last=last,
            after=after,
            before=before,
            reverse=reverse,
        )

    return [connected(found[row.id]) for row in rows]


async def load_subtotals(rows: Sequence[OrderView], info: Info) -> list[MoneyRow]:
    """What the lines of each order cost after their discounts; delivery, tax on top and fee are not in it."""
    found = await _discounts(info, [row.id for row in rows])
    return [
        money(row.subtotal - sum(each.amount for each in found[row.id] if each.target == "line"), row.currency)
        for row in rows
    ]


async def load_current_subtotals(rows: Sequence[OrderView], info: Info) -> list[MoneyRow]:
    """The same as it holds after amendments and refunds: discounts of the delivery are not in it."""
    found, now = await _discounts(info, [row.id for row in rows]), await current_of(ctx_of(info).db, rows)

    def left(row: OrderView) -> int:
        off = sum(each.amount for each in found[row.id] if each.target == "delivery")
        is_cancelled = row.state == OrderState.CANCELLED
        return 0 if is_cancelled else now[row.id].subtotal - now[row.id].discount + off

    return [money(left(row), row.currency) for row in rows]


async def load_delivery_shares(rows: Sequence[OrderView], info: Info) -> list[list[ShareRow]]:
    """What discounts took off each order's delivery."""
    found = await _discounts(info, [row.id for row in rows])
    return [
        [ShareRow(money(each.amount, each.currency), each) for each in found[row.id] if each.target == "delivery"]
        for row in rows
    ]


async def load_line_shares(rows: Sequence[OrderLineRow], info: Info) -> list[list[ShareRow]]:
    """What discounts took off each line."""
    found = await _discounts(info, sorted({row.order_id for row in rows}))
    return [
        [
            ShareRow(money(amount, discount.currency), discount)
            for discount in found[row.order_id]
            for position, amount in discount.allocations
            if position == row.position
        ]
        for row in rows
    ]


async def load_current_quantities(rows: Sequence[OrderLineRow], info: Info) -> list[int]:
    """What is left of each line: nothing of a cancelled order's."""
    orders = await orders_by_id(ctx_of(info).db, sorted({row.order_id for row in rows}))
    cancelled = {order.id for order in orders if order.state == OrderState.CANCELLED}
    gone = await pieces_gone(rows, info)
    return [0 if row.order_id in cancelled else max(row.quantity - gone[row.id], 0) for row in rows]


async def load_variants(rows: Sequence[OrderLineRow], info: Info) -> list[VariantRow | None]:
    """What was sold, as it is now; null when it is gone."""
    found = await variants_by_id(ctx_of(info), sorted({row.variant_id for row in rows if row.variant_id is not None}))
    return [found.get(row.variant_id) if row.variant_id is not None else None for row in rows]


async def load_line_attributes(rows: Sequence[OrderLineRow], info: Info) -> list[list[AttributeRow]]:
    return [attributes(row.attributes) for row in rows]


async def load_line_totals(rows: Sequence[OrderLineRow], info: Info) -> list[MoneyRow]:
    return [money(row.total, row.currency) for row in rows]


async def load_line_subtotals(rows: Sequence[OrderLineRow], info: Info) -> list[MoneyRow]:
    return [money(row.subtotal, row.currency) for row in rows]


@strawberry.type(description="So many of something, as it was sold.")
class OrderLineItem:
    current_quantity: int = batch(load_current_quantities)
    custom_attributes: list[Attribute] = batch(load_line_attributes)
    discount_allocations: list[DiscountAllocation] = batch(load_line_shares)
    discounted_total_price: MoneyV2 = batch(load_line_totals)
    original_total_price: MoneyV2 = batch(load_line_subtotals)
    quantity: int
    title: str
    variant: ProductVariant | None = batch(load_variants)


@strawberry.type(description="A line of an order and its place in a connection.")
class OrderLineItemEdge:
    cursor: str
    node: OrderLineItem


@strawberry.type(description="A page of an order's lines.")
class OrderLineItemConnection:
    edges: list[OrderLineItemEdge]
    nodes: list[OrderLineItem]
    page_info: PageInfo


@strawberry.type(description="What somebody ordered.")
class Order(HasMetafields, Node):
    billing_address: MailingAddress | None = batch(load_billing)
    cancel_reason: OrderCancelReason | None
    canceled_at: DateTime | None = batch(_each(lambda row: row.cancelled_at))
    currency_code: CurrencyCode = batch(_each(lambda row: row.currency))
    current_subtotal_price: MoneyV2 = batch(load_current_subtotals)
    current_total_duties: MoneyV2 | None = batch(load_nothing)
    current_total_price: MoneyV2 = batch(current(lambda sums: sums.total))
    current_total_shipping_price: MoneyV2 = batch(current(lambda sums: sums.delivery))
    current_total_tax: MoneyV2 = batch(current(lambda sums: sums.tax))
    custom_attributes: list[Attribute] = batch(_each(lambda row: attributes(row.attributes)))
    customer_locale: str | None = batch(_each(lambda row: f"{row.language}-{row.country}"))
    customer_url: URL | None = batch(load_nothing)
    discount_applications: DiscountApplicationConnection = batch(load_applications)
    edited: bool = batch(load_edited)
    email: str | None
    financial_status: OrderFinancialStatus | None
    fulfillment_status: OrderFulfillmentStatus = batch(_each(lambda row: row.fulfilment_status))
    id: strawberry.ID = batch(load_order_ids)
    line_items: OrderLineItemConnection = batch(load_line_items)
    name: str
    order_number: int = batch(_each(lambda row: row.number))
    original_total_duties: MoneyV2 | None = batch(load_nothing)
    original_total_price: MoneyV2 = batch(_amount(lambda row: row.total))
    payment_fee: MoneyV2 = batch(
        _amount(lambda row: row.payment_fee), description="The surcharge of the way to pay, contained in the total."
    )
    payment_instructions: list[Attribute] = batch(
        load_instructions, description="What the buyer is told about paying: IBAN, reference, due date and the like."
    )
    phone: str | None
    price_explanation: list[CartPriceStep] = batch(
        load_order_steps, description="Why it cost what it cost when it was placed."
    )
    processed_at: DateTime = batch(_each(lambda row: row.placed_at))
    shipping_address: MailingAddress | None = batch(load_shipping)
    shipping_discount_allocations: list[DiscountAllocation] = batch(load_delivery_shares)
    status_url: URL = batch(load_status_urls)
    subtotal_price: MoneyV2 | None = batch(load_subtotals)
    subtotal_price_v2: MoneyV2 | None = batch(load_subtotals, deprecation_reason="Use `subtotalPrice` instead.")
    successful_fulfillments: list[Fulfillment] | None = batch(load_fulfillments)
    total_price: MoneyV2 = batch(_amount(lambda row: row.total))
    total_price_v2: MoneyV2 = batch(_amount(lambda row: row.total), deprecation_reason="Use `totalPrice` instead.")
    total_refunded: MoneyV2 = batch(_amount(lambda row: row.refunded))
    total_refunded_v2: MoneyV2 = batch(
        _amount(lambda row: row.refunded), deprecation_reason="Use `totalRefunded` instead."
    )
    total_shipping_price: MoneyV2 = batch(_amount(lambda row: row.delivery))
    total_shipping_price_v2: MoneyV2 = batch(
        _amount(lambda row: row.delivery), deprecation_reason="Use `totalShippingPrice` instead."
    )
    total_tax: MoneyV2 | None = batch(_amount(lambda row: row.tax))
    total_tax_v2: MoneyV2 | None = batch(_amount(lambda row: row.tax), deprecation_reason="Use `totalTax` instead.")

    is_type_of = read_from(OrderView)


@strawberry.type
class OrderQuery:
    @root(description="The order that a guest's token opens; null for any token that opens none.")
    async def order_by_token(self, info: Info, token: str) -> Order | None:
        return await order_by_token(ctx_of(info), token)  # pyright: ignore[reportReturnType]


async def _discounts(info: Info, order_ids: Sequence[int]) -> dict[int, list[OrderDiscountRow]]:
    ids = sorted(order_ids)

    async def load() -> dict[int, list[OrderDiscountRow]]:
        found: dict[int, list[OrderDiscountRow]] = defaultdict(list)
        for discount in await order_discounts(ctx_of(info).db, ids):
            found[discount.order_id].append(discount)
        return found

    return await once(info, ("order discounts", *ids), load)


def _place(line: OrderLineRow) -> str:
    return write_cursor(line.position)
