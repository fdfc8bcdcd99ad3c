"""Customer: somebody with an account, with what he keeps and what he ordered."""

from collections.abc import Mapping, Sequence
from enum import Enum
from typing import Any

import msgspec
import strawberry

from vetrina.graphql import (
    Connection,
    Info,
    PageInfo,
    batch,
    connect_list,
    connection_of,
    ctx_of,
    read_from,
    root,
    window_args,
    write_cursor,
)
from vetrina.graphql.scalars import DateTime, UnsignedInt64
from vetrina.views.customers import (
    CustomerAddressRow,
    CustomerRow,
    addresses_of_customers,
    customer_by_token,
    order_counts,
    orders_counted,
)
from vetrina.views.orders.account_orders import OwnOrder, orders_of_customer
from vetrina_storefront.addresses import MailingAddress, MailingAddressRow, mailing_address
from vetrina_storefront.interfaces import load_ids, load_nothing
from vetrina_storefront.metafields import HasMetafields
from vetrina_storefront.orders import Order
from vetrina_storefront.shop import SocialLoginProvider


@strawberry.enum(description="In which order a customer's orders are listed.")
class OrderSortKeys(Enum):
    ID = "ID"
    PROCESSED_AT = "PROCESSED_AT"
    RELEVANCE = "RELEVANCE"
    TOTAL_PRICE = "TOTAL_PRICE"


_ORDERS = {
    OrderSortKeys.ID: OwnOrder.ID,
    OrderSortKeys.PROCESSED_AT: OwnOrder.PLACED_AT,
    OrderSortKeys.RELEVANCE: OwnOrder.ID,  # what fits a query fits it wholly
    OrderSortKeys.TOTAL_PRICE: OwnOrder.TOTAL,
}


class CartCustomerRow(CustomerRow, frozen=True):
    """A customer as his cart shows him to whoever knows its id: without orders, which open more, and addresses.

    A cart's id stands in the address of its checkout and is given on; it is no proof of who asks.
    """


class Wanted(msgspec.Struct, frozen=True):
    """Whose orders a connection is about, and which of them; nobody's without a customer."""

    customer_id: int | None
    query: str | None


async def load_orders(
    rows: Sequence[CustomerRow],
    info: Info,
    after: str | None = None,
    before: str | None = None,
    first: int | None = None,
    last: int | None = None,
    query: str | None = None,
    reverse: bool | None = False,
    sort_key: OrderSortKeys | None = OrderSortKeys.ID,
) -> list[Connection[Any]]:
    """A page of each customer's own orders."""
    window, order = window_args(first, after, last, before, reverse), _ORDERS[sort_key or OrderSortKeys.ID]
    db = ctx_of(info).db
    return [
        connection_of([], window, Wanted(None, query))
        if isinstance(row, CartCustomerRow)
        else connection_of(await orders_of_customer(db, row.id, order, window, query), window, Wanted(row.id, query))
        for row in rows
    ]


async def load_counts(rows: Sequence[Connection[Any]], info: Info) -> list[int]:
    """How many orders each list has in all."""
    db, wanted = ctx_of(info).db, [row.more for row in rows]
    return [0 if one.customer_id is None else await orders_counted(db, one.customer_id, one.query) for one in wanted]


async def load_order_counts(rows: Sequence[CustomerRow], info: Info) -> list[int]:
    found = await order_counts(ctx_of(info).db, _proven(rows))
    return [0 if isinstance(row, CartCustomerRow) else found.get(row.id, 0) for row in rows]


async def load_addresses(
    rows: Sequence[CustomerRow],
    info: Info,
    after: str | None = None,
    before: str | None = None,
    first: int | None = None,
    last: int | None = None,
    reverse: bool | None = False,
) -> list[Connection[Any]]:
    """What each customer keeps, the oldest first."""
    found = await addresses_of_customers(ctx_of(info).db, _proven(rows))

    def connected(kept: list[CustomerAddressRow]) -> Connection[Any]:
        rows = [kept_address(row) for row in kept]
        return connect_list(
            rows,
            lambda row: write_cursor(int(row.id)),
            first=first,
            last=last,
            after=after,
            before=before,
            reverse=reverse,
        )

    return [connected(_of(row, found)) for row in rows]


async def load_default_addresses(rows: Sequence[CustomerRow], info: Info) -> list[MailingAddressRow | None]:
    found = await addresses_of_customers(ctx_of(info).db, _proven(rows))
    chosen = {row.id: next((one for one in _of(row, found) if one.is_default), None) for row in rows}
    return [kept_address(one) if (one := chosen[row.id]) is not None else None for row in rows]


def _proven(rows: Sequence[CustomerRow]) -> list[int]:
    """The ids of those who have shown that it is they."""
    return [row.id for row in rows if not isinstance(row, CartCustomerRow)]


def _of(row: CustomerRow, found: Mapping[int, list[CustomerAddressRow]]) -> list[CustomerAddressRow]:
    return [] if isinstance(row, CartCustomerRow) else found.get(row.id, [])


def kept_address(row: CustomerAddressRow) -> MailingAddressRow:
    """An address as the wire tells it; its id is the address's own number."""
    found = mailing_address(str(row.id), row.address)
    assert found is not None
    return found


@strawberry.type(description="An address and its place in a connection.")
class MailingAddressEdge:
    cursor: str
    node: MailingAddress


@strawberry.type(description="A page of addresses.")
class MailingAddressConnection:
    edges: list[MailingAddressEdge]
    nodes: list[MailingAddress]
    page_info: PageInfo


@strawberry.type(description="An order and its place in a connection.")
class OrderEdge:
    cursor: str
    node: Order


@strawberry.type(description="A page of orders.")
class OrderConnection:
    edges: list[OrderEdge]
    nodes: list[Order]
    page_info: PageInfo
    total_count: UnsignedInt64 = batch(load_counts)


@strawberry.type(description="Somebody with an account.")
class Customer(HasMetafields):
    accepts_marketing: bool
    addresses: MailingAddressConnection = batch(load_addresses)
    avatar_url: str | None = batch(load_nothing)
    created_at: DateTime
    default_address: MailingAddress | None = batch(load_default_addresses)
    display_name: str
    email: str | None
    first_name: str | None
    id: strawberry.ID = batch(load_ids)
    last_name: str | None
    number_of_orders: UnsignedInt64 = batch(load_order_counts)
    orders: OrderConnection = batch(load_orders)
    phone: str | None
    social_login_provider: SocialLoginProvider | None = batch(load_nothing)
    tags: list[str]
    updated_at: DateTime

    is_type_of = read_from(CustomerRow)


@strawberry.type
class CustomerQuery:
    @root(description="The customer whose access token this is; null for any token that opens nothing.")
    async def customer(self, info: Info, customer_access_token: str) -> Customer | None:
        ctx = ctx_of(info)
        found: Any = await customer_by_token(ctx.db, customer_access_token, ctx.now())
        return found
