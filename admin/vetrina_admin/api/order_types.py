"""Order as the staff sees it, with lines, deliveries, payments and addresses."""

from collections.abc import Sequence
from enum import Enum
from typing import Any

import msgspec
import strawberry

from vetrina.graphql import Info, PageInfo, batch, ctx_of, id_field
from vetrina.graphql.scalars import DateTime
from vetrina.views.catalog.product_sheets import VariantSheetRow, variant_sheets_by_id
from vetrina.views.orders.placed import OrderLineRow, OrderView, SoldComponent, order_deliveries, order_lines
from vetrina.views.payments.standing import payments_of_orders
from vetrina.vocabulary import Address, Attribute
from vetrina.vocabulary import FinancialStatus as Financial
from vetrina.vocabulary import FulfilmentStatus as Fulfilment
from vetrina_admin.api.money import Money, money_field
from vetrina_admin.api.order_parcels import Fulfillment, Refund, load_order_parcels, load_order_refunds
from vetrina_admin.api.products import ProductVariant


@strawberry.enum(description="Where an order's money is.")
class OrderFinancialStatus(Enum):
    _ignore_ = ["status"]
    for status in Financial:
        vars()[status.name] = status.value


@strawberry.enum(description="Where an order's goods are.")
class OrderFulfillmentStatus(Enum):
    _ignore_ = ["status"]
    for status in Fulfilment:
        vars()[status.name] = status.value


class DeliveryRow(msgspec.Struct, frozen=True):
    """How one group of lines travels."""

    title: str
    provider: str
    amount: int
    currency: str


async def load_names(rows: Sequence[OrderView], info: Info) -> list[str]:
    """As people call an order."""
    return [row.name for row in rows]


async def load_lines(rows: Sequence[OrderView], info: Info) -> list[list[OrderLineRow]]:
    """What was sold, in the cart's order."""
    found: dict[int, list[OrderLineRow]] = {}
    for line in await order_lines(ctx_of(info).db, [row.id for row in rows]):
        found.setdefault(line.order_id, []).append(line)
    return [found.get(row.id, []) for row in rows]


async def load_deliveries(rows: Sequence[OrderView], info: Info) -> list[list[DeliveryRow]]:
    """How it travels."""
    currencies = {row.id: row.currency for row in rows}
    found: dict[int, list[DeliveryRow]] = {}
    for row in await order_deliveries(ctx_of(info).db, list(currencies)):
        shown = DeliveryRow(row.title, row.provider, row.amount, currencies[row.order_id])
        found.setdefault(row.order_id, []).append(shown)
    return [found.get(row.id, []) for row in rows]


async def load_payments(rows: Sequence[OrderView], info: Info) -> list[list[Any]]:
    """What was paid, or is expected, the oldest first."""
    found: dict[int | None, list[Any]] = {}
    for payment in await payments_of_orders(ctx_of(info).db, [row.id for row in rows]):
        found.setdefault(payment.order_id, []).append(payment)
    return [found.get(row.id, []) for row in rows]


async def load_shipping_addresses(rows: Sequence[OrderView], info: Info) -> list[Address | None]:
    """Where it goes."""
    return [_address(row.shipping_address) for row in rows]


async def load_billing_addresses(rows: Sequence[OrderView], info: Info) -> list[Address | None]:
    """Whom the invoice names."""
    return [_address(row.billing_address) for row in rows]


async def load_attributes(rows: Sequence[OrderView | OrderLineRow], info: Info) -> list[list[Attribute]]:
    """Free pairs of key and value."""
    return [msgspec.convert(row.attributes, list[Attribute]) for row in rows]


async def load_variants(rows: Sequence[OrderLineRow], info: Info) -> list[VariantSheetRow | None]:
    """What was sold, as it is today."""
    wanted = sorted({row.variant_id for row in rows if row.variant_id is not None})
    found = await variant_sheets_by_id(ctx_of(info).db, wanted)
    return [None if row.variant_id is None else found.get(row.variant_id) for row in rows]


async def load_components(rows: Sequence[OrderLineRow], info: Info) -> list[list[SoldComponent]]:
    """What each bundle consisted of when it was sold."""
    return [row.parts for row in rows]


def _address(document: dict[str, Any] | None) -> Address | None:
    return None if document is None else msgspec.convert(document, Address)


@strawberry.type(description="A postal address as the buyer wrote it.")
class MailingAddress:
    first_name: str | None
    last_name: str | None
    company: str | None
    address1: str | None
    address2: str | None
    city: str | None
    zip: str | None
    province: str | None
    country: str | None = strawberry.field(name="countryCode", description="ISO 3166-1.")
    phone: str | None


@strawberry.type(description="A free pair of key and value.")
class CustomAttribute:
    key: str
    value: str | None


@strawberry.type(description="What a bundle consisted of when it was sold: so many pieces in each.")
class OrderLineComponent:
    title: str
    variant_title: str
    sku: str | None
    quantity: int


@strawberry.type(description="One line as it was sold; texts and amounts do not follow the product.")
class OrderLine:
    id: strawberry.ID = id_field("OrderLine")
    title: str
    variant_title: str
    sku: str | None
    quantity: int
    unit_price: Money = money_field("unit_price")
    discount: Money = money_field("discount")
    tax: Money = money_field("tax")
    total: Money = money_field("total", description="After the discount; tax on top is not in it.")
    attributes: list[CustomAttribute] = batch(load_attributes)
    components: list[OrderLineComponent] = batch(load_components, description="Nothing, if it was no bundle.")
    variant: ProductVariant | None = batch(load_variants, permission="catalog.read")


@strawberry.type(description="How one group of lines travels.")
class OrderDelivery:
    title: str
    provider: str
    amount: Money = money_field("amount")


@strawberry.type(description="Money that came or is expected.")
class Payment:
    id: strawberry.ID = id_field("Payment")
    provider: str
    method: str
    provider_reference: str | None
    state: str = strawberry.field(description="pending, authorised, captured, refunded, ...")
    amount: Money = money_field("amount")
    authorised: Money = money_field("authorised")
    captured: Money = money_field("captured")
    refunded: Money = money_field("refunded")
    due_at: DateTime | None = strawberry.field(description="Until when the money is awaited.")


@strawberry.type(description="A placed order.")
class Order:
    id: strawberry.ID = id_field("Order")
    name: str = batch(load_names, description="As people call it, such as #1001.")
    number: int
    financial_status: OrderFinancialStatus
    fulfilment_status: OrderFulfillmentStatus = strawberry.field(name="fulfillmentStatus")
    currency: str = strawberry.field(name="currencyCode", description="ISO 4217.")
    country: str = strawberry.field(name="countryCode", description="Where the buyer bought; ISO 3166-1.")
    subtotal: Money = money_field("subtotal")
    discount: Money = money_field("discount")
    delivery: Money = money_field("delivery")
    tax: Money = money_field("tax", description="All tax, in the prices or on top.")
    payment_fee: Money = money_field("payment_fee")
    total: Money = money_field("total")
    redeemed: Money = money_field("redeemed", description="How much of the total gift cards paid.")
    refunded: Money = money_field("refunded")
    email: str | None
    phone: str | None
    shipping_address: MailingAddress | None = batch(load_shipping_addresses)
    billing_address: MailingAddress | None = batch(load_billing_addresses)
    note: str
    attributes: list[CustomAttribute] = batch(load_attributes)
    cancel_reason: str | None
    placed_at: DateTime
    cancelled_at: DateTime | None
    updated_at: DateTime
    lines: list[OrderLine] = batch(load_lines)
    deliveries: list[OrderDelivery] = batch(load_deliveries)
    payments: list[Payment] = batch(load_payments)
    fulfillments: list[Fulfillment] = batch(load_order_parcels, description="Parcels, cancelled ones included.")
    refunds: list[Refund] = batch(load_order_refunds)


@strawberry.type(description="An order and its place in a connection.")
class OrderEdge:
    cursor: str
    node: Order


@strawberry.type(description="A page of orders.")
class OrderConnection:
    edges: list[OrderEdge]
    nodes: list[Order]
    page_info: PageInfo
