"""Orders with their parts: by number, by the guest's token, by the secret of their status page."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, ClassVar

import msgspec
from sqlalchemy import bindparam, select

from vetrina.kernel.context import Context
from vetrina.kernel.crypto import same
from vetrina.kernel.db import Reads, id_in, text_in
from vetrina.shop.cart.models import Cart
from vetrina.shop.checkout.models import Attempt
from vetrina.shop.inventory.models import Reservation
from vetrina.shop.orders.models import GoodsEntry, Order, OrderDelivery, OrderDiscount, OrderLine, OrderTaxLine
from vetrina.shop.orders.rules import GoodsRow, order_name
from vetrina.shop.payments.models import Payment
from vetrina.vocabulary import FinancialStatus, OrderState, PaymentState

TOKEN_LENGTH = 64


class OrderView(msgspec.Struct, frozen=True):
    """An order. Amounts in minor units of `currency`; addresses and attributes are plain documents."""

    type_name: ClassVar[str] = "Order"

    id: int
    key: str
    number: int
    source_name: str | None
    market_id: int
    customer_id: int | None
    state: str
    financial_status: str
    fulfilment_status: str
    currency: str
    country: str
    language: str
    prices_include_tax: bool
    subtotal: int
    discount: int
    delivery: int
    tax: int
    tax_added: int
    payment_fee: int
    total: int
    redeemed: int
    refunded: int
    raised: int
    lowered: int
    released: int
    waived: int
    email: str | None
    phone: str | None
    shipping_address: dict[str, Any] | None
    billing_address: dict[str, Any] | None
    note: str
    attributes: list[Any]
    cancel_reason: str | None
    placed_at: datetime
    cancelled_at: datetime | None
    updated_at: datetime
    tax_treatment: dict[str, Any] | None
    """Why the tax is what it is, as its provider said when the order was placed."""

    @property
    def name(self) -> str:
        """How people call it: an imported one as in its source."""
        return self.source_name or order_name(self.number)

    @property
    def current_total(self) -> int:
        """What holds now: the total as placed, and what amendments made of it."""
        return self.total + self.raised - self.lowered

    @property
    def owed(self) -> int:
        """What has to be received for it all in all, before anything goes back."""
        return self.current_total + self.released - self.waived


class SoldComponent(msgspec.Struct, frozen=True):
    """What a bundle consisted of when it was sold: so many pieces of a variant in each."""

    variant_id: int
    title: str
    variant_title: str
    sku: str | None
    quantity: int


class OrderLineRow(msgspec.Struct, frozen=True):
    """One line as it was sold. Amounts in minor units of the order's currency."""

    id: int
    order_id: int
    amendment_id: int | None
    variant_id: int | None
    product_id: int | None
    position: int
    title: str
    variant_title: str
    sku: str | None
    quantity: int
    unit_price: int
    subtotal: int
    discount: int
    tax: int
    total: int
    requires_shipping: bool
    attributes: list[Any]
    components: list[Any] | None
    """Of a bundle, SoldComponents."""
    currency: str

    @property
    def parts(self) -> list[SoldComponent]:
        """What a bundle consisted of; nothing for what was none."""
        return msgspec.convert(self.components or [], list[SoldComponent])


class OrderDiscountRow(msgspec.Struct, frozen=True):
    """A discount as it was applied; allocations are pairs of line position and amount."""

    id: int
    order_id: int
    source: str
    code: str | None
    title: str
    target: str
    target_selection: str
    method: str
    percentage: int | None
    fixed: int | None
    amount: int
    allocations: list[Any]
    currency: str


class OrderTaxLineRow(msgspec.Struct, frozen=True):
    """Tax of one rate (parts per million) on the line at that position, or on delivery."""

    id: int
    order_id: int
    position: int | None
    title: str
    rate: int
    amount: int


class OrderDeliveryRow(msgspec.Struct, frozen=True):
    """How one group of lines travels."""

    id: int
    order_id: int
    group_key: str
    provider: str
    option_handle: str
    title: str
    amount: int
    promised_from: str | None
    promised_to: str | None
    """As 2026-12-24."""
    pickup_point: dict[str, Any] | None
    """The fields of vocabulary.PickupPoint."""


class TakenPieceRow(msgspec.Struct, frozen=True):
    """Pieces that left a location in the name of a reference."""

    variant_id: int
    location_id: int
    quantity: int


class OrderWhereaboutsRow(msgspec.Struct, frozen=True):
    """What has to be locked, in this order, before an order is changed."""

    cart_key: str
    attempt_id: int
    payment_id: int | None
    order_id: int


class OverdueOrderRow(msgspec.Struct, frozen=True):
    """A placed order whose money was awaited until a day that has passed."""

    id: int
    number: int


def order_token(ctx: Context, key: str) -> str:
    """The guest's key to his order: derived, so that every answer can say it again and nothing has to be kept."""
    return key + ctx.shop.vault.sign("order-token", key)


def status_url(ctx: Context, number: int, key: str) -> str:
    """The order's page, with a secret of its own: who has the link sees the page and nothing else."""
    return f"{ctx.shop.base_url}/orders/{number}/{_status_secret(ctx, key)}"


async def order_by_token(ctx: Context, token: str) -> OrderView | None:
    """The order a guest's token opens; None for any token that is not one."""
    if len(token) != TOKEN_LENGTH or not token.isascii():
        return None
    key = token[: TOKEN_LENGTH // 2]
    if not same(token, order_token(ctx, key)):
        return None
    return await ctx.db.one(OrderView, _BY_KEY, {"key_": key})


async def orders_by_key(reads: Reads, keys: Sequence[str]) -> list[OrderView]:
    """The orders with these secret keys, those that exist, ordered by id."""
    return await reads.rows(OrderView, _BY_KEYS, {"keys": list(keys)})


async def order_by_secret(ctx: Context, number: int, secret: str) -> OrderView | None:
    """The order whose status page's address has that number and secret."""
    order = await ctx.db.one(OrderView, _BY_NUMBER, {"number_": number})
    if order is None or not secret.isascii() or not same(secret, _status_secret(ctx, order.key)):
        return None
    return order


async def order_by_id(reads: Reads, order_id: int) -> OrderView | None:
    """The order of that id, or None."""
    return await reads.one(OrderView, _BY_ID, {"order_id": order_id})


async def order_whereabouts(reads: Reads, order_id: int) -> OrderWhereaboutsRow | None:
    """An order that was placed here, with its cart, attempt and payment; None for an imported one."""
    return await reads.one(OrderWhereaboutsRow, _WHEREABOUTS, {"order_id": order_id})


async def orders_by_id(reads: Reads, order_ids: Sequence[int]) -> list[OrderView]:
    """Those of the orders that exist, ordered by id."""
    return await reads.rows(OrderView, _BY_IDS, {"order_ids": list(order_ids)})


async def order_lines(reads: Reads, order_ids: Sequence[int]) -> list[OrderLineRow]:
    """The lines of several orders, in their order within each."""
    return await reads.rows(OrderLineRow, _LINES, {"order_ids": list(order_ids)})


async def order_discounts(reads: Reads, order_ids: Sequence[int]) -> list[OrderDiscountRow]:
    """The discounts of several orders, in the order they were applied."""
    return await reads.rows(OrderDiscountRow, _DISCOUNTS, {"order_ids": list(order_ids)})


async def order_tax_lines(reads: Reads, order_ids: Sequence[int]) -> list[OrderTaxLineRow]:
    """The tax of several orders as they were placed, line by line; what amendments added is theirs."""
    return await reads.rows(OrderTaxLineRow, _TAX_LINES, {"order_ids": list(order_ids)})


async def order_deliveries(reads: Reads, order_ids: Sequence[int]) -> list[OrderDeliveryRow]:
    """How the goods of several orders travel."""
    return await reads.rows(OrderDeliveryRow, _DELIVERIES, {"order_ids": list(order_ids)})


async def goods_entries(reads: Reads, order_ids: Sequence[int]) -> list[GoodsRow]:
    """The goods ledger of several orders, in the order it was written."""
    return await reads.rows(GoodsRow, _GOODS, {"order_ids": list(order_ids)})


async def taken_pieces(reads: Reads, reference: str) -> list[TakenPieceRow]:
    """Where the goods taken in the name of a reference came from."""
    return await reads.rows(TakenPieceRow, _TAKEN, {"reference_": reference})


async def overdue_orders(reads: Reads, *, at: datetime, after_id: int = 0, limit: int = 100) -> list[OverdueOrderRow]:
    """Placed orders whose money has not come by the day it was due, in the order of their ids."""
    return await reads.rows(OverdueOrderRow, _OVERDUE, {"at_": at, "after_id": after_id, "most": limit})


def _status_secret(ctx: Context, key: str) -> str:
    return ctx.shop.vault.sign("order-status", key)


_ORDER = select(*(getattr(Order, name) for name in OrderView.__struct_fields__))
_BY_KEY = _ORDER.where(Order.key == bindparam("key_"))
_BY_KEYS = _ORDER.where(text_in(Order.key, "keys")).order_by(Order.id)
_BY_NUMBER = _ORDER.where(Order.number == bindparam("number_"))
_BY_ID = _ORDER.where(Order.id == bindparam("order_id"))
_BY_IDS = _ORDER.where(id_in(Order.id, "order_ids")).order_by(Order.id)


def _parts(row: type[msgspec.Struct], model: Any, *order: Any) -> Any:
    """A part's columns, with the order's currency where the row has one, for a list of orders."""
    fields = [field for field in row.__struct_fields__ if field != "currency"]
    columns = [getattr(model, field) for field in fields]
    if "currency" not in row.__struct_fields__:
        statement = select(*columns)
    else:
        statement = select(*columns, Order.currency).join(Order, Order.id == model.order_id)
    return statement.where(id_in(model.order_id, "order_ids")).order_by(model.order_id, *order)


_LINES = _parts(OrderLineRow, OrderLine, OrderLine.position)
_DISCOUNTS = _parts(OrderDiscountRow, OrderDiscount, OrderDiscount.id)
_was_added = (
    select(OrderLine.id)
    .where(OrderLine.order_id == OrderTaxLine.order_id, OrderLine.position == OrderTaxLine.position)
    .where(OrderLine.amendment_id.is_not(None))
    .exists()
)
_TAX_LINES = _parts(OrderTaxLineRow, OrderTaxLine, OrderTaxLine.id).where(~_was_added)
_DELIVERIES = _parts(OrderDeliveryRow, OrderDelivery, OrderDelivery.id)
_GOODS = _parts(GoodsRow, GoodsEntry, GoodsEntry.id)
_TAKEN = (
    select(Reservation.variant_id, Reservation.location_id, Reservation.quantity)
    .where(Reservation.reference == bindparam("reference_"), Reservation.state == "taken")
    .order_by(Reservation.variant_id, Reservation.location_id)
)
_OVERDUE = (
    select(Order.id, Order.number)
    .join(Payment, Payment.order_id == Order.id)
    .where(Order.state == OrderState.PLACED, Payment.state == PaymentState.PENDING)
    .where(Order.financial_status == FinancialStatus.PENDING)
    .where(Payment.due_at <= bindparam("at_"), Order.id > bindparam("after_id"))
    .order_by(Order.id)
    .limit(bindparam("most"))
)
_WHEREABOUTS = (
    select(Cart.key.label("cart_key"), Attempt.id.label("attempt_id"), Payment.id.label("payment_id"), Attempt.order_id)
    .join(Cart, Cart.id == Attempt.cart_id)
    .outerjoin(Payment, Payment.attempt_id == Attempt.id)
    .where(Attempt.order_id == bindparam("order_id"))
)
