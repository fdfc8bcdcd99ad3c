"""The conditions that queries and filters of orders are made of, as SQL over parameters given by name."""

from typing import Any

from sqlalchemy import ColumnElement, Select, Text, and_, bindparam, case, func, or_, select, union_all
from sqlalchemy.orm import aliased

from vetrina.kernel.db import BigInt, id_in, table_of, text_in
from vetrina.shop.catalog.models import Variant
from vetrina.shop.customers.models import Customer
from vetrina.shop.orders.models import Order, OrderDelivery, OrderLine, Return
from vetrina.views.finding.comparisons import relates
from vetrina.views.windows import Column

Ids = Select[int]


def has_word(inside: str, capital: str, beginning: str, number: str | None) -> ColumnElement[bool]:
    """A word is the order's number, begins a SKU in it, or is in its name elsewhere, its e-mail address or its buyer.

    Each place is looked through by itself, with the index it has, and orders are looked up by what was found.
    """
    order = aliased(Order)
    arms: list[Select[Any]] = [
        select(order.id).where(_is_like(func.lower(order.source_name), inside)),
        select(order.id).where(_is_like(func.lower(order.email), inside)),
        _of_customers(inside, capital),
        *_of_skus(beginning),
    ]
    if number is not None:
        arms.append(select(order.id).where(order.number == bindparam(number, type_=BigInt)))
    return Order.id.in_(union_all(*arms))


def has_sku(pattern: str) -> ColumnElement[bool]:
    """Something was bought whose SKU is like this."""
    return Order.id.in_(union_all(*_of_skus(pattern)))


def has_customer(inside: str, capital: str) -> ColumnElement[bool]:
    """The buyer is called so, in small letters or with a capital one."""
    return Order.id.in_(_of_customers(inside, capital))


def has_name(name: str, number: str | None) -> ColumnElement[bool]:
    """The order is called so, here or elsewhere."""
    there = func.lower(Order.source_name) == bindparam(name, type_=Text())
    return there if number is None else or_(there, Order.number == bindparam(number, type_=BigInt))


def says(column: str, pattern: str) -> ColumnElement[bool]:
    """A text is like this, however it is capitalised; the pattern is in lower case."""
    return _is_like(func.lower(table_of(Order).c[column]), pattern)


def is_among(column: str, names: str) -> ColumnElement[bool]:
    """A text is one of several."""
    return text_in(table_of(Order).c[column], names)


def is_of_markets(names: str) -> ColumnElement[bool]:
    """It was bought in one of several markets."""
    return id_in(Order.market_id, names)


def is_chosen(names: str) -> ColumnElement[bool]:
    """It is one of several orders."""
    return id_in(Order.id, names)


def has_open_return() -> ColumnElement[bool]:
    """Goods of it are to come back, or have come and are not settled."""
    waiting = Return.state.in_(("requested", "approved", "received"))
    return Order.id.in_(select(Return.order_id).where(waiting))


def is_late(today: str, since: str) -> ColumnElement[bool]:
    """Something is still to be sent after the last day that was promised, or long after an order without one."""
    promised = select(OrderDelivery.id).where(
        OrderDelivery.order_id == Order.id, OrderDelivery.promised_to.is_not(None)
    )
    past = promised.where(OrderDelivery.promised_to < bindparam(today, type_=Text()))
    old = Order.placed_at < bindparam(since, type_=Order.placed_at.type)
    return and_(
        Order.state == "placed",
        Order.source.is_(None),
        Order.fulfilment_status.in_(("UNFULFILLED", "IN_PROGRESS", "PARTIALLY_FULFILLED")),
        or_(past.exists(), and_(old, ~promised.exists())),
    )


def compares(column: str, comparison: str, name: str) -> ColumnElement[bool]:
    """A column is so much, more or less."""
    compared = table_of(Order).c[column]
    return relates(compared, comparison, bindparam(name, type_=compared.type))


def total_compares(comparison: str, usual: str, *unusual: tuple[str, str]) -> ColumnElement[bool]:
    """The total is so much in minor units, more or less; `unusual` are pairs of currencies and their own amount."""
    amount: Column = case(
        *((text_in(Order.currency, names), bindparam(minor, type_=BigInt)) for names, minor in unusual),
        else_=bindparam(usual, type_=BigInt),
    )
    return relates(Order.total, comparison, amount)


def _of_customers(inside: str, capital: str) -> Ids:
    order = aliased(Order)
    name = func.coalesce(Customer.first_name, "") + " " + func.coalesce(Customer.last_name, "")
    is_called = or_(_is_like(func.lower(name), inside), _is_like(name, capital))
    return select(order.id).where(order.customer_id.in_(select(Customer.id).where(is_called)))


def _of_skus(pattern: str) -> tuple[Ids, Ids]:
    """By the variants that are called so, which have an index to their lines; and by lines that have no variant."""
    variants = select(Variant.id).where(_is_like(func.lower(Variant.sku), pattern))
    known = select(OrderLine.order_id).where(OrderLine.variant_id.in_(variants))
    unknown = select(OrderLine.order_id).where(OrderLine.variant_id.is_(None))
    return known, unknown.where(_is_like(func.lower(OrderLine.sku), pattern))


def _is_like(text: Column, name: str) -> ColumnElement[bool]:
    return text.like(bindparam(name, type_=Text()), escape="/")
