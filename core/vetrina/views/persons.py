"""What the core holds about a person: found by an e-mail address, shown whole, as the law wants it (Art. 15 GDPR)."""

from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, bindparam, func, or_, select, union

from vetrina.kernel.db import Reads, id_in
from vetrina.shop.accounts.models import AccountClient, Grant
from vetrina.shop.cart.models import Cart, CartAddress, CartLine
from vetrina.shop.customers.models import (
    Customer,
    CustomerAddress,
    CustomerConsent,
    CustomerToken,
    Erasure,
    ErasurePart,
)
from vetrina.shop.mail.models import QueuedMail
from vetrina.shop.orders.models import Order, OrderLine
from vetrina.shop.payments.models import Payment


class FoundPerson(msgspec.Struct, frozen=True):
    """Where a person appears: customers and orders under the address, orders and carts of those customers."""

    email: str
    """In lower case."""
    customer_ids: tuple[int, ...] = ()
    order_ids: tuple[int, ...] = ()
    cart_ids: tuple[int, ...] = ()


class ErasurePartRow(msgspec.Struct, frozen=True):
    """What one owner has forgotten, and what it keeps and why; not done while `done_at` is None."""

    erasure_id: int
    owner: str
    name: str
    rows: int
    kept: str
    done_at: datetime | None
    error: str | None


class ErasureRow(msgspec.Struct, frozen=True):
    """When a person asked to be forgotten."""

    id: int
    asked_at: datetime
    asked_by: str


async def find_person(reads: Reads, email: str) -> FoundPerson:
    """Everything under an address; nothing found is a person nobody knows."""
    folded = email.strip().lower()
    customers = tuple(key for (key,) in await reads.fetch(_CUSTOMERS, {"email": folded}))
    here = {"email": folded, "customers": list(customers)}
    orders = await reads.fetch(_ORDERS, here)
    carts = {key for (key,) in await reads.fetch(_CARTS, here)} | {cart for _, cart in orders if cart is not None}
    return FoundPerson(folded, customers, tuple(key for key, _ in orders), tuple(sorted(carts)))


async def person_sheet(reads: Reads, person: FoundPerson) -> dict[str, Any]:
    """All the core holds about a person, as plain values by table; amounts in minor units."""
    orders, carts = {"ids": list(person.order_ids)}, {"ids": list(person.cart_ids)}
    customers = {"ids": list(person.customer_ids)}
    found: dict[str, Any] = {
        "customers": await _plain(reads, _CUSTOMER_ROWS, customers),
        "addresses": await _plain(reads, _ADDRESS_ROWS, customers),
        "consents": await _plain(reads, _CONSENT_ROWS, customers),
        "sessions": await _plain(reads, _TOKEN_ROWS, customers),
        "signed_in": await _plain(reads, _GRANT_ROWS, customers),
        "mails": await _plain(reads, _MAIL_ROWS, {"email": person.email}),
        "orders": await _plain(reads, _ORDER_ROWS, orders),
        "order_lines": await _plain(reads, _LINE_ROWS, orders),
        "payments": await _plain(reads, _PAYMENT_ROWS, orders),
        "carts": await _plain(reads, _CART_ROWS, carts),
        "cart_lines": await _plain(reads, _CART_LINE_ROWS, carts),
        "cart_addresses": await _plain(reads, _CART_ADDRESS_ROWS, carts),
    }
    return msgspec.to_builtins(found)


async def erasures(reads: Reads, subject: str) -> list[tuple[ErasureRow, list[ErasurePartRow]]]:
    """When a person was forgotten and by whom, the latest first; `subject` is the digest of the address."""
    rows = await reads.rows(ErasureRow, _ERASURES, {"subject": subject})
    parts = await reads.rows(ErasurePartRow, _PARTS, {"ids": [row.id for row in rows]}) if rows else []
    return [(row, [part for part in parts if part.erasure_id == row.id]) for row in rows]


async def addresses(reads: Reads) -> list[str]:
    """Every e-mail address that a customer or an order has, in lower case, once."""
    return [address for (address,) in await reads.fetch(_ADDRESSES)]


async def _plain(reads: Reads, statement: Any, params: dict[str, Any]) -> list[dict[str, Any]]:
    names = [column.name for column in statement.selected_columns]
    return [dict(zip(names, row, strict=True)) for row in await reads.fetch(statement, params)]


def _theirs(email: Any, customer_id: Any) -> ColumnElement[bool]:
    return or_(func.lower(email) == bindparam("email"), id_in(customer_id, "customers"))


_CUSTOMERS = select(Customer.id).where(Customer.email == bindparam("email"))
_ORDERS = select(Order.id, Order.cart_id).where(_theirs(Order.email, Order.customer_id)).order_by(Order.id)
_CARTS = select(Cart.id).where(_theirs(Cart.email, Cart.customer_id))
_CUSTOMER_ROWS = select(
    Customer.id, Customer.email, Customer.first_name, Customer.last_name, Customer.phone, Customer.language,
    Customer.accepts_marketing, Customer.tags, Customer.proven_at, Customer.created_at,
).where(id_in(Customer.id, "ids")).order_by(Customer.id)  # fmt: skip
_ADDRESS_ROWS = select(CustomerAddress.customer_id, CustomerAddress.address, CustomerAddress.is_default).where(
    id_in(CustomerAddress.customer_id, "ids")
)
_CONSENT_ROWS = select(
    CustomerConsent.customer_id, CustomerConsent.is_given, CustomerConsent.at, CustomerConsent.source
).where(id_in(CustomerConsent.customer_id, "ids")).order_by(CustomerConsent.id)  # fmt: skip
_GRANT_ROWS = (
    select(Grant.customer_id, AccountClient.name.label("front_end"), Grant.signed_in_at, Grant.expires_at)
    .join(AccountClient, AccountClient.id == Grant.client_id)
    .where(id_in(Grant.customer_id, "ids"))
    .order_by(Grant.id)
)
_TOKEN_ROWS = select(CustomerToken.customer_id, CustomerToken.created_at, CustomerToken.expires_at).where(
    id_in(CustomerToken.customer_id, "ids")
)
_MAIL_ROWS = select(QueuedMail.recipient, QueuedMail.template, QueuedMail.created_at, QueuedMail.state).where(
    QueuedMail.recipient == bindparam("email")
)
_ORDER_ROWS = select(
    Order.id, Order.number, Order.placed_at, Order.state, Order.financial_status, Order.fulfilment_status,
    Order.currency, Order.total, Order.refunded, Order.email, Order.phone, Order.shipping_address,
    Order.billing_address, Order.note, Order.attributes, Order.country, Order.language,
).where(id_in(Order.id, "ids")).order_by(Order.id)  # fmt: skip
_LINE_ROWS = select(
    OrderLine.order_id, OrderLine.title, OrderLine.variant_title, OrderLine.sku, OrderLine.quantity, OrderLine.total,
    OrderLine.attributes,
).where(id_in(OrderLine.order_id, "ids")).order_by(OrderLine.order_id, OrderLine.position)  # fmt: skip
_PAYMENT_ROWS = select(
    Payment.order_id, Payment.provider, Payment.method, Payment.state, Payment.amount, Payment.currency,
    Payment.refunded, Payment.created_at,
).where(id_in(Payment.order_id, "ids")).order_by(Payment.id)  # fmt: skip
_CART_ROWS = select(
    Cart.id, Cart.state, Cart.email, Cart.phone, Cart.country, Cart.language, Cart.note, Cart.attributes,
    Cart.billing_address, Cart.consent, Cart.created_at, Cart.updated_at,
).where(id_in(Cart.id, "ids")).order_by(Cart.id)  # fmt: skip
_CART_LINE_ROWS = select(CartLine.cart_id, CartLine.variant_id, CartLine.quantity, CartLine.attributes).where(
    id_in(CartLine.cart_id, "ids")
)
_CART_ADDRESS_ROWS = select(CartAddress.cart_id, CartAddress.address).where(id_in(CartAddress.cart_id, "ids"))
_ERASURES = (
    select(Erasure.id, Erasure.asked_at, Erasure.asked_by)
    .where(Erasure.subject == bindparam("subject"))
    .order_by(Erasure.id.desc())
)
_PARTS = select(*(getattr(ErasurePart, name) for name in ErasurePartRow.__struct_fields__)).where(
    id_in(ErasurePart.erasure_id, "ids")
).order_by(ErasurePart.erasure_id, ErasurePart.owner, ErasurePart.name)  # fmt: skip
_ADDRESSES = union(
    select(func.lower(Customer.email)).where(Customer.email.is_not(None)),
    select(func.lower(Order.email)).where(Order.email.is_not(None)),
)
