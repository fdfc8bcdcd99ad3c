"""Order: one of the customer's own, in this API's words."""

from collections import defaultdict
from collections.abc import Awaitable, Callable, Sequence
from enum import Enum
from typing import Any

import msgspec
import strawberry

from vetrina.graphql import Connection, Info, PageInfo, batch, connect_list, ctx_of, read_from, write_cursor
from vetrina.graphql.scalars import URL, DateTime
from vetrina.views.orders.placed import (
    OrderDeliveryRow,
    OrderLineRow,
    OrderView,
    order_deliveries,
    order_discounts,
    order_lines,
)
from vetrina_storefront.accounts.addresses import CustomerAddress
from vetrina_storefront.accounts.lines import LineItemConnection
from vetrina_storefront.accounts.parcels import FulfillmentConnection, load_parcels
from vetrina_storefront.accounts.returns import ReturnConnection, load_returns
from vetrina_storefront.amended import load_edited
from vetrina_storefront.attributes import Attribute, attributes
from vetrina_storefront.discounts import DiscountAllocation, DiscountApplicationConnection
from vetrina_storefront.enums import CurrencyCode
from vetrina_storefront.interfaces import Node, load_nothing
from vetrina_storefront.money import MoneyRow, MoneyV2, money
from vetrina_storefront.orders import (
    OrderCancelReason,
    load_applications,
    load_billing,
    load_delivery_shares,
    load_order_ids,
    load_shipping,
    load_status_urls,
    load_subtotals,
)


@strawberry.enum(description="What has been paid, promised and given back.")
class OrderFinancialStatus(Enum):
    AUTHORIZED = "AUTHORIZED"
    EXPIRED = "EXPIRED"
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
    READY_FOR_DELIVERY = "READY_FOR_DELIVERY"
    READY_FOR_PICKUP = "READY_FOR_PICKUP"
    RESTOCKED = "RESTOCKED"
    SCHEDULED = "SCHEDULED"
    UNFULFILLED = "UNFULFILLED"


class ShippingRow(msgspec.Struct, frozen=True):
    """How an order travels and what that cost before discounts."""

    handle: str | None
    original_price: MoneyRow
    title: str


def _each(read: Callable[[OrderView], Any]) -> Callable[[Sequence[OrderView], Info], Awaitable[list[Any]]]:
    """A batch of what each order's row says by itself."""

    async def load(rows: Sequence[OrderView], info: Info) -> list[Any]:
        return [read(row) for row in rows]

    return load


def _amount(read: Callable[[OrderView], int]) -> Any:
    """A batch of one of each order's amounts."""
    return batch(_each(lambda row: money(read(row), row.currency)))


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
    return [
        connect_list(
            found[row.id],
            lambda line: write_cursor(line.position),
            first=first,
            last=last,
            after=after,
            before=before,
            reverse=reverse,
        )
        for row in rows
    ]


async def load_travelling(rows: Sequence[OrderView], info: Info) -> list[bool]:
    """Whether something of each order has to be sent."""
    lines = await order_lines(ctx_of(info).db, [row.id for row in rows])
    travelling = {line.order_id for line in lines if line.requires_shipping}
    return [row.id in travelling for row in rows]


async def load_shipping_lines(rows: Sequence[OrderView], info: Info) -> list[ShippingRow | None]:
    """The ways of each order's groups, as one."""
    found: dict[int, list[OrderDeliveryRow]] = defaultdict(list)
    for delivery in await order_deliveries(ctx_of(info).db, [row.id for row in rows]):
        found[delivery.order_id].append(delivery)
    return [_shipping(row, found[row.id]) for row in rows]


async def load_shipping_titles(rows: Sequence[OrderView], info: Info) -> list[str | None]:
    return [None if line is None else line.title for line in await load_shipping_lines(rows, info)]


async def load_discounted_shipping(rows: Sequence[OrderView], info: Info) -> list[MoneyRow]:
    """What each order's delivery costs after its discounts."""
    taken: dict[int, int] = defaultdict(int)
    for discount in await order_discounts(ctx_of(info).db, [row.id for row in rows]):
        taken[discount.order_id] += discount.amount if discount.target == "delivery" else 0
    return [money(row.delivery - taken[row.id], row.currency) for row in rows]


def _shipping(order: OrderView, deliveries: Sequence[OrderDeliveryRow]) -> ShippingRow | None:
    if not deliveries:
        return None
    title = ", ".join(dict.fromkeys(delivery.title for delivery in deliveries))
    handle = deliveries[0].option_handle if len(deliveries) == 1 else None
    return ShippingRow(handle, money(sum(delivery.amount for delivery in deliveries), order.currency), title)


@strawberry.type(description="How an order travels.")
class ShippingLine:
    handle: str | None
    original_price: MoneyV2
    title: str


@strawberry.type(description="An order of the customer's.")
class Order(Node):
    billing_address: CustomerAddress | None = batch(load_billing)
    cancel_reason: OrderCancelReason | None
    cancelled_at: DateTime | None
    confirmation_number: str | None = batch(load_nothing)
    created_at: DateTime = batch(_each(lambda row: row.placed_at))
    currency_code: CurrencyCode = batch(_each(lambda row: row.currency))
    custom_attributes: list[Attribute] = batch(_each(lambda row: attributes(row.attributes)))
    customer_locale: str | None = batch(_each(lambda row: f"{row.language}-{row.country}"))
    discount_applications: DiscountApplicationConnection = batch(load_applications)
    edited: bool = batch(load_edited)
    email: str | None
    financial_status: OrderFinancialStatus | None
    fulfillment_status: OrderFulfillmentStatus = batch(_each(lambda row: row.fulfilment_status))
    fulfillments: FulfillmentConnection = batch(load_parcels)
    has_email: bool = batch(_each(lambda row: row.email is not None))
    id: strawberry.ID = batch(load_order_ids)
    line_items: LineItemConnection = batch(load_line_items)
    name: str
    note: str | None = batch(_each(lambda row: row.note or None))
    number: int
    phone: str | None
    processed_at: DateTime = batch(_each(lambda row: row.placed_at))
    requires_shipping: bool = batch(load_travelling)
    returns: ReturnConnection = batch(load_returns)
    shipping_address: CustomerAddress | None = batch(load_shipping)
    shipping_discount_allocations: list[DiscountAllocation] = batch(load_delivery_shares)
    shipping_line: ShippingLine | None = batch(load_shipping_lines)
    shipping_title: str | None = batch(load_shipping_titles)
    status_page_url: URL = batch(load_status_urls)
    subtotal: MoneyV2 | None = batch(load_subtotals)
    subtotal_before_discounts: MoneyV2 | None = _amount(lambda row: row.subtotal)
    total_discounted_shipping: MoneyV2 = batch(load_discounted_shipping)
    total_price: MoneyV2 = _amount(lambda row: row.total)
    total_refunded: MoneyV2 = _amount(lambda row: row.refunded)
    total_shipping: MoneyV2 = _amount(lambda row: row.delivery)
    total_tax: MoneyV2 | None = _amount(lambda row: row.tax)
    updated_at: DateTime

    is_type_of = read_from(OrderView)


@strawberry.type(description="An order and its place in a connection.")
class OrderEdge:
    cursor: str
    node: Order


@strawberry.type(description="A page of orders.")
class OrderConnection:
    edges: list[OrderEdge]
    nodes: list[Order]
    page_info: PageInfo
