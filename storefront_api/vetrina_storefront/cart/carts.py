"""Cart, and the query that finds it by the secret in its id."""

from collections.abc import Sequence
from typing import Any

import msgspec
import strawberry

from vetrina.graphql import Connection, Info, batch, ctx_of, read_from, root
from vetrina.graphql.scalars import URL, DateTime
from vetrina.views.carts import CartRow, cart_by_key, checkout_url
from vetrina.vocabulary import CartState
from vetrina_storefront.attributes import Attribute, AttributeRow, attributes
from vetrina_storefront.cart.buyer import CartBuyerIdentity
from vetrina_storefront.cart.costs import (
    AppliedGiftCard,
    CartCost,
    CartEstimatedCost,
    CartPaymentMethod,
    load_cards,
    load_cart_steps,
    load_costs,
    load_methods,
    load_selected_methods,
)
from vetrina_storefront.cart.delivery import CartDelivery, CartDeliveryGroupConnection, load_deliveries, load_groups
from vetrina_storefront.cart.discounts import CartDiscountAllocation, ShareOfDiscount, shares_of
from vetrina_storefront.cart.lines import BaseCartLineConnection, connected_lines
from vetrina_storefront.cart.rows import AnyLine, cart_gid, cart_key, line_view, lines_of, quote_of, quotes_of
from vetrina_storefront.interfaces import Node
from vetrina_storefront.metafields import HasMetafields
from vetrina_storefront.price_steps import CartPriceStep


class CodeRow(msgspec.Struct, frozen=True):
    """A discount code as typed, and whether it does anything."""

    applicable: bool
    code: str


async def load_cart_ids(rows: Sequence[CartRow], info: Info) -> list[str]:
    return [cart_gid(row.key) for row in rows]


async def load_checkout_urls(rows: Sequence[CartRow], info: Info) -> list[str]:
    return [checkout_url(ctx_of(info).shop, row.key) for row in rows]


async def load_attributes(rows: Sequence[CartRow], info: Info) -> list[list[AttributeRow]]:
    return [attributes(row.attributes) for row in rows]


async def load_attribute(rows: Sequence[CartRow], info: Info, key: str) -> list[AttributeRow | None]:
    """One attribute by its key."""
    return [next((one for one in attributes(row.attributes) if one.key == key), None) for row in rows]


async def load_identities(rows: Sequence[CartRow], info: Info) -> list[CartRow]:
    """The buyer is read from the cart."""
    return list(rows)


async def load_lines(
    rows: Sequence[CartRow],
    info: Info,
    after: str | None = None,
    before: str | None = None,
    first: int | None = None,
    last: int | None = None,
    reverse: bool | None = False,
) -> list[Connection[AnyLine]]:
    """The lines of each cart, oldest first."""
    page = {"after": after, "before": before, "first": first, "last": last, "reverse": reverse}
    return [connected_lines([line_view(row, line) for line in await lines_of(info, row)], **page) for row in rows]


async def load_quantities(rows: Sequence[CartRow], info: Info) -> list[int]:
    """All pieces of all lines."""
    return [sum(line.quantity for line in await lines_of(info, row)) for row in rows]


async def load_codes(rows: Sequence[CartRow], info: Info) -> list[list[CodeRow]]:
    """Discount codes as typed; a cart without any needs no quote to say so."""
    quotes = [await quote_of(info, row) if row.discount_codes else None for row in rows]
    return [[CodeRow(answer.is_applicable, answer.code) for answer in quote.codes] if quote else [] for quote in quotes]


async def load_delivery_discounts(rows: Sequence[CartRow], info: Info) -> list[list[ShareOfDiscount]]:
    """What was taken off delivery. What was taken off goods is with the lines, to the cent, and not told twice."""
    return [shares_of(quote, "delivery") for quote in await quotes_of(info, rows)]


@strawberry.type(description="What a buyer is about to order.")
class Cart(HasMetafields, Node):
    applied_gift_cards: list[AppliedGiftCard] = batch(load_cards)
    attribute: Attribute | None = batch(load_attribute)
    attributes: list[Attribute] = batch(load_attributes)
    buyer_identity: CartBuyerIdentity = batch(load_identities)
    checkout_url: URL = batch(load_checkout_urls)
    cost: CartCost = batch(load_costs)
    created_at: DateTime
    delivery: CartDelivery = batch(load_deliveries)
    delivery_groups: CartDeliveryGroupConnection = batch(load_groups)
    discount_allocations: list[CartDiscountAllocation] = batch(load_delivery_discounts)
    discount_codes: "list[CartDiscountCode]" = batch(load_codes)
    estimated_cost: CartEstimatedCost = batch(load_costs, deprecation_reason="Use `cost` instead.")
    id: strawberry.ID = batch(load_cart_ids)
    lines: BaseCartLineConnection = batch(load_lines)
    note: str | None
    payment_methods: list[CartPaymentMethod] = batch(load_methods)
    price_explanation: list[CartPriceStep] = batch(
        load_cart_steps, description="Why it costs what it costs; the steps sum to `cost.amountDue`."
    )
    selected_payment_method: CartPaymentMethod | None = batch(load_selected_methods)
    total_quantity: int = batch(load_quantities)
    updated_at: DateTime
    version: int = strawberry.field(
        description="Grows with every committed change; a client drops answers below the highest it has seen."
    )

    is_type_of = read_from(CartRow)


@strawberry.type(description="A discount code and whether it does anything for the cart.")
class CartDiscountCode:
    applicable: bool
    code: str


@strawberry.type
class CartQuery:
    @root(description="A cart by its id, which is its secret; null where there is none, or once it is ordered.")
    async def cart(self, info: Info, id: strawberry.ID) -> Cart | None:  # noqa: A002 the contract's word
        return await open_cart(info, cart_key(id))


async def open_cart(info: Info, key: str) -> Any:
    """The cart with that key while it can be changed or ordered."""
    cart = await cart_by_key(ctx_of(info).db, key) if key else None
    return cart if cart is not None and cart.state == CartState.OPEN else None
