"""Customer: who has signed in, with addresses and orders; the roots of the API."""

from collections.abc import Sequence
from datetime import datetime
from enum import Enum
from typing import Any

import msgspec
import strawberry

from vetrina.graphql import (
    Connection,
    IdArgument,
    Info,
    batch,
    connect_list,
    connection_of,
    ctx_of,
    id_field,
    key_of,
    once,
    read_from,
    root,
    window_args,
    write_cursor,
)
from vetrina.graphql.scalars import DateTime
from vetrina.kernel.errors import NotSignedIn
from vetrina.views.customers import CustomerAddressRow, CustomerRow, addresses_of_customers, customers_by_id
from vetrina.views.orders.account_orders import OwnOrder, order_of_customer, orders_of_customer
from vetrina.views.orders.placed import OrderView
from vetrina_storefront.accounts.addresses import CustomerAddress, CustomerAddressConnection
from vetrina_storefront.accounts.context import customer_id_of
from vetrina_storefront.accounts.orders import Order, OrderConnection
from vetrina_storefront.addresses import MailingAddressRow, mailing_address
from vetrina_storefront.interfaces import Node


@strawberry.enum(description="Whether somebody wants to be written to.")
class EmailMarketingState(Enum):
    INVALID = "INVALID"
    NOT_SUBSCRIBED = "NOT_SUBSCRIBED"
    PENDING = "PENDING"
    REDACTED = "REDACTED"
    SUBSCRIBED = "SUBSCRIBED"
    UNSUBSCRIBED = "UNSUBSCRIBED"


@strawberry.enum(description="Whether somebody wants short messages.")
class SmsMarketingState(Enum):
    NOT_SUBSCRIBED = "NOT_SUBSCRIBED"
    PENDING = "PENDING"
    REDACTED = "REDACTED"
    SUBSCRIBED = "SUBSCRIBED"
    UNSUBSCRIBED = "UNSUBSCRIBED"


@strawberry.enum(description="In which order orders are listed.")
class OrderSortKeys(Enum):
    CREATED_AT = "CREATED_AT"
    ID = "ID"
    ORDER_NUMBER = "ORDER_NUMBER"
    PROCESSED_AT = "PROCESSED_AT"
    TOTAL_PRICE = "TOTAL_PRICE"
    UPDATED_AT = "UPDATED_AT"


SORTED = {
    OrderSortKeys.CREATED_AT: OwnOrder.PLACED_AT,
    OrderSortKeys.ID: OwnOrder.ID,
    OrderSortKeys.ORDER_NUMBER: OwnOrder.NUMBER,
    OrderSortKeys.PROCESSED_AT: OwnOrder.PLACED_AT,
    OrderSortKeys.TOTAL_PRICE: OwnOrder.TOTAL,
    OrderSortKeys.UPDATED_AT: OwnOrder.UPDATED_AT,
}


class EmailRow(msgspec.Struct, frozen=True):
    """An address mails go to, and whether news may."""

    email_address: str | None
    marketing_state: EmailMarketingState


class PhoneRow(msgspec.Struct, frozen=True):
    """A number; nobody sends short messages."""

    phone_number: str
    marketing_state: SmsMarketingState = SmsMarketingState.NOT_SUBSCRIBED


def email_row(row: CustomerRow) -> EmailRow:
    """A customer's address for the wire."""
    state = EmailMarketingState.SUBSCRIBED if row.accepts_marketing else EmailMarketingState.NOT_SUBSCRIBED
    return EmailRow(row.email, state)


async def load_emails(rows: Sequence[CustomerRow], info: Info) -> list[EmailRow]:
    return [email_row(row) for row in rows]


async def load_beginnings(rows: Sequence[CustomerRow], info: Info) -> list[datetime]:
    """What the public API calls `createdAt` as well."""
    return [row.created_at for row in rows]


async def load_phones(rows: Sequence[CustomerRow], info: Info) -> list[PhoneRow | None]:
    return [PhoneRow(row.phone) if row.phone else None for row in rows]


async def load_default_addresses(rows: Sequence[CustomerRow], info: Info) -> list[MailingAddressRow | None]:
    """The address that is proposed first."""
    held = await _held(info, rows)
    return [
        next((mailing_address(str(one.id), one.address) for one in held.get(row.id, []) if one.is_default), None)
        for row in rows
    ]


async def load_addresses(
    rows: Sequence[CustomerRow],
    info: Info,
    after: str | None = None,
    before: str | None = None,
    first: int | None = None,
    last: int | None = None,
    reverse: bool | None = False,
    skip_default: bool | None = False,
) -> list[Connection[MailingAddressRow]]:
    """The addresses each customer keeps, in the order they were added."""
    held = await _held(info, rows)
    return [
        connect_list(
            [
                address
                for one in held.get(row.id, [])
                if not (skip_default and one.is_default) and (address := mailing_address(str(one.id), one.address))
            ],
            lambda address: write_cursor(int(address.id)),
            first=first,
            last=last,
            after=after,
            before=before,
            reverse=reverse,
        )
        for row in rows
    ]


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
) -> list[Connection[OrderView]]:
    """The customer's orders. Only who asks is ever a parent here, so it is one list."""
    window = window_args(first, after, last, before, reverse)
    order = SORTED[sort_key or OrderSortKeys.ID]
    return [
        connection_of(await orders_of_customer(ctx_of(info).db, row.id, order, window, query), window) for row in rows
    ]


async def _held(info: Info, rows: Sequence[CustomerRow]) -> dict[int, list[CustomerAddressRow]]:
    ids = sorted({row.id for row in rows})
    return await once(info, ("addresses held", *ids), lambda: addresses_of_customers(ctx_of(info).db, ids))


@strawberry.type(description="An e-mail address.")
class CustomerEmailAddress:
    email_address: str | None
    marketing_state: EmailMarketingState


@strawberry.type(description="A phone number.")
class CustomerPhoneNumber:
    marketing_state: SmsMarketingState
    phone_number: str


@strawberry.type(description="Who has signed in.")
class Customer(Node):
    addresses: CustomerAddressConnection = batch(load_addresses)
    created_at: DateTime
    creation_date: DateTime = batch(load_beginnings)
    default_address: CustomerAddress | None = batch(load_default_addresses)
    display_name: str
    email_address: CustomerEmailAddress | None = batch(load_emails)
    first_name: str | None
    id: strawberry.ID = id_field("Customer")
    last_name: str | None
    orders: OrderConnection = batch(load_orders)
    phone_number: CustomerPhoneNumber | None = batch(load_phones)
    tags: list[str]

    is_type_of = read_from(CustomerRow)


async def who_asks(info: Info) -> CustomerRow:
    """The customer who asks. Raises NotSignedIn for one that has just been forgotten."""
    customer_id = customer_id_of(info)
    row = (await customers_by_id(ctx_of(info).db, [customer_id])).get(customer_id)
    if row is None:
        raise NotSignedIn
    return row


@strawberry.type
class AccountQuery:
    @root(description="Who has signed in.")
    async def customer(self, info: Info) -> Customer:
        row: Any = await who_asks(info)
        return row

    @root(description="One of the customer's orders; null for anybody else's.")
    async def order(self, info: Info, order_id: IdArgument) -> Order | None:
        key = key_of(order_id, "Order", field=("id",))
        row: Any = await order_of_customer(ctx_of(info).db, customer_id_of(info), key)
        return row
