"""Customer: the contract's types. Carts are for guests until customer accounts are on, so nothing leads to one yet."""

from collections.abc import Sequence
from enum import Enum
from typing import Any

import strawberry

from vetrina.graphql import Connection, Info, PageInfo, batch
from vetrina.graphql.scalars import DateTime, UnsignedInt64
from vetrina_storefront.addresses import MailingAddress
from vetrina_storefront.metafields import HasMetafields
from vetrina_storefront.orders import Order
from vetrina_storefront.paging import empty, window_args
from vetrina_storefront.selling_plans import load_empty
from vetrina_storefront.shop import SocialLoginProvider


@strawberry.enum(description="In which order a customer's orders are listed.")
class OrderSortKeys(Enum):
    ID = "ID"
    PROCESSED_AT = "PROCESSED_AT"
    RELEVANCE = "RELEVANCE"
    TOTAL_PRICE = "TOTAL_PRICE"


async def load_orders(
    rows: Sequence[object],
    info: Info,
    after: str | None = None,
    before: str | None = None,
    first: int | None = None,
    last: int | None = None,
    query: str | None = None,
    reverse: bool | None = False,
    sort_key: OrderSortKeys | None = OrderSortKeys.ID,
) -> list[Connection[Any]]:
    """Nothing; its arguments are checked all the same."""
    window_args(first, after, last, before, reverse)
    return [empty()] * len(rows)


async def load_no_count(rows: Sequence[object], info: Info) -> list[int]:
    return [0] * len(rows)


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
    total_count: UnsignedInt64 = batch(load_no_count)


@strawberry.type(description="Somebody with an account.")
class Customer(HasMetafields):
    accepts_marketing: bool
    addresses: MailingAddressConnection = batch(load_empty)
    avatar_url: str | None
    created_at: DateTime
    default_address: MailingAddress | None
    display_name: str
    email: str | None
    first_name: str | None
    id: strawberry.ID
    last_name: str | None
    number_of_orders: UnsignedInt64
    orders: OrderConnection = batch(load_orders)
    phone: str | None
    social_login_provider: SocialLoginProvider | None
    tags: list[str]
    updated_at: DateTime
