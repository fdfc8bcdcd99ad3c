"""Customers: by what opens their account, by id; their addresses, and how often they ordered."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any, ClassVar

import msgspec
from sqlalchemy import Select, bindparam, func, select

from vetrina.kernel.crypto import hash_token
from vetrina.kernel.db import Reads, id_in
from vetrina.shop.accounts.models import AccountToken, Grant
from vetrina.shop.customers.models import Customer, CustomerAddress, CustomerLink, CustomerToken
from vetrina.shop.orders.models import Order
from vetrina.views.accounts import ACCESS
from vetrina.views.finding.matching import SHAPES, Condition, sql_of
from vetrina.views.orders.queries import order_query

LONGEST_SECRET = 200
"""Characters; ours have about 50."""


class CustomerRow(msgspec.Struct, frozen=True):
    """Somebody with an account, or who ordered without."""

    type_name: ClassVar[str] = "Customer"

    id: int
    email: str | None
    first_name: str | None
    last_name: str | None
    phone: str | None
    language: str | None
    accepts_marketing: bool
    tags: list[str]
    proven_at: datetime | None
    created_at: datetime
    updated_at: datetime

    @property
    def display_name(self) -> str:
        """What people call him: his name, else his address."""
        return " ".join(part for part in (self.first_name, self.last_name) if part) or self.email or ""


class CustomerAddressRow(msgspec.Struct, frozen=True):
    """An address a customer keeps, as a plain document."""

    id: int
    customer_id: int
    address: dict[str, Any]
    is_default: bool


class LinkRow(msgspec.Struct, frozen=True):
    """A mailed link that still works."""

    purpose: str
    customer_id: int
    wishes: dict[str, Any]
    email: str | None
    proven_at: datetime | None
    password_hash: str | None


async def customer_by_token(reads: Reads, token: str, now: datetime) -> CustomerRow | None:
    """Whose token this is; None when it is none, has expired, or its customer was forgotten.

    Access tokens of the Customer Account API say as much: front ends give them to carts.
    """
    if not token.isascii() or not 0 < len(token) <= LONGEST_SECRET:
        return None
    statement = _BY_ACCESS if token.startswith(f"{ACCESS}_") else _BY_TOKEN
    return await reads.one(CustomerRow, statement, {"digest": hash_token(token), "now_": now})


async def customers_by_id(reads: Reads, customer_ids: Sequence[int]) -> dict[int, CustomerRow]:
    """Customers with an account by their id; who has none is left out."""
    return {row.id: row for row in await reads.rows(CustomerRow, _BY_IDS, {"ids": list(customer_ids)})}


async def customer_by_email(reads: Reads, email: str) -> CustomerRow | None:
    """Who has that address, however it is capitalised."""
    return await reads.one(CustomerRow, _BY_EMAIL, {"email_": email.strip().lower()})


async def addresses_of_customers(reads: Reads, customer_ids: Sequence[int]) -> dict[int, list[CustomerAddressRow]]:
    """The addresses each of them keeps, the oldest first."""
    found: dict[int, list[CustomerAddressRow]] = defaultdict(list)
    for row in await reads.rows(CustomerAddressRow, _ADDRESSES, {"ids": list(customer_ids)}):
        found[row.customer_id].append(row)
    return found


async def order_counts(reads: Reads, customer_ids: Sequence[int]) -> dict[int, int]:
    """How many orders each of them has; who has none is left out."""
    return dict[int, int](await reads.fetch(_COUNTS, {"ids": list(customer_ids)}))


async def orders_counted(reads: Reads, customer_id: int, query: str | None = None) -> int:
    """How many of a customer's orders a query finds; all without one. Raises BadInput."""
    wanted = order_query(query)
    statement = _counted(wanted.conditions)
    return int(await reads.value(statement, {"own_customer": customer_id, **wanted.params}))


async def link_by_secret(reads: Reads, secret: str, now: datetime) -> LinkRow | None:
    """What a mailed link is for; None when it is none, was used or has expired."""
    if not secret.isascii() or not 0 < len(secret) <= LONGEST_SECRET:
        return None
    return await reads.one(LinkRow, _LINK, {"digest": hash_token(secret), "now_": now})


@lru_cache(SHAPES)
def _counted(conditions: tuple[Condition, ...]) -> Select[int]:
    is_own = Order.customer_id == bindparam("own_customer")
    return select(func.count()).select_from(Order).where(is_own, *sql_of(conditions))


_CUSTOMER = [getattr(Customer, name) for name in CustomerRow.__struct_fields__]
_BY_TOKEN = (
    select(*_CUSTOMER)
    .join(CustomerToken, CustomerToken.customer_id == Customer.id)
    .where(CustomerToken.token_hash == bindparam("digest"), CustomerToken.expires_at > bindparam("now_"))
    .where(Customer.proven_at.is_not(None))
)
_BY_ACCESS = (
    select(*_CUSTOMER)
    .join(Grant, Grant.customer_id == Customer.id)
    .join(AccountToken, AccountToken.grant_id == Grant.id)
    .where(AccountToken.token_hash == bindparam("digest"), AccountToken.expires_at > bindparam("now_"))
    .where(AccountToken.kind == "access", Grant.scope.contains("customer"), Customer.proven_at.is_not(None))
)
_BY_IDS = select(*_CUSTOMER).where(id_in(Customer.id, "ids"), Customer.proven_at.is_not(None))
_BY_EMAIL = select(*_CUSTOMER).where(Customer.email == bindparam("email_"), Customer.proven_at.is_not(None))
_ADDRESSES = (
    select(*(getattr(CustomerAddress, name) for name in CustomerAddressRow.__struct_fields__))
    .where(id_in(CustomerAddress.customer_id, "ids"))
    .order_by(CustomerAddress.customer_id, CustomerAddress.id)
)
_COUNTS = select(Order.customer_id, func.count()).where(id_in(Order.customer_id, "ids")).group_by(Order.customer_id)
_LINK = (
    select(
        CustomerLink.purpose,
        CustomerLink.customer_id,
        CustomerLink.wishes,
        Customer.email,
        Customer.proven_at,
        Customer.password_hash,
    )
    .join(Customer, Customer.id == CustomerLink.customer_id)
    .where(CustomerLink.secret_hash == bindparam("digest"), CustomerLink.expires_at > bindparam("now_"))
)
