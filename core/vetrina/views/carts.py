"""A cart as it stands: its row, its lines, its addresses; and all that decides about changing or ordering it."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, ClassVar

import msgspec
from msgspec import UNSET, UnsetType
from sqlalchemy import and_, bindparam, literal_column, select

from vetrina.kernel.context import Shop
from vetrina.kernel.crypto import same
from vetrina.kernel.db import Reads, id_in, text_in
from vetrina.shop.cart.models import Cart, CartAddress, CartLine
from vetrina.shop.checkout.models import Attempt
from vetrina.views.catalog.merchandise import CartLineFactsRow
from vetrina.vocabulary import Address, AttemptState

KEY_LENGTH = 32
"""Characters of a cart's secret key."""


class CartRow(msgspec.Struct, frozen=True):
    """One cart. Addresses and preferences are plain documents; `payment` holds its token sealed."""

    type_name: ClassVar[str] = "Cart"

    id: int
    key: str
    state: str
    version: int
    country: str
    language: str
    email: str | None
    phone: str | None
    customer_id: int | None
    preferences: dict[str, Any] | None
    consent: dict[str, bool] | None
    """Whether the visitor agreed to analytics, marketing, preferences, sale_of_data; of what he left open, nothing."""
    note: str
    attributes: list[Any]
    discount_codes: list[str]
    gift_card_codes: list[str]
    delivery_choices: dict[str, str]
    billing_address: dict[str, Any] | None
    payment: dict[str, Any] | None
    created_at: datetime
    updated_at: datetime


class CartLineRow(msgspec.Struct, frozen=True):
    """One line; `attributes` is a list of {key, value}."""

    id: int
    cart_id: int
    variant_id: int
    quantity: int
    attributes: list[Any]
    attributes_key: str
    created_at: datetime


class CartAddressRow(msgspec.Struct, frozen=True):
    """A delivery address of a cart; `address` has the fields of vocabulary.Address."""

    id: int
    cart_id: int
    address: dict[str, Any]
    is_selected: bool
    is_one_time: bool


class CartParts(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody has read or written of a cart's parts already, so that nobody reads it again.

    `destination` is the selected address, `addresses` are all of them; None of either: nobody looked.
    """

    lines: tuple[CartLineFactsRow, ...] | None = None
    addresses: tuple[CartAddressRow, ...] | None = None
    destination: Address | UnsetType | None = UNSET


NOTHING_READ = CartParts()


class CartAtHand(msgspec.Struct, frozen=True):
    """A cart with where it goes, and the key of the attempt that is ordering it, if one is."""

    cart: CartRow
    destination: Address | None
    attempt_key: str | None


async def cart_by_key(reads: Reads, key: str) -> CartRow | None:
    """The cart with that secret key, whatever its state."""
    return await reads.one(CartRow, _CART_BY_KEY, {"key": key})


async def cart_at_hand(reads: Reads, key: str) -> CartAtHand | None:
    """The cart with that secret key, whatever its state, in one statement with what decides about ordering it."""
    found = await reads.fetch(_AT_HAND, {"key": key})
    if not found:
        return None
    *columns, address, attempt_key = found[0]
    return CartAtHand(CartRow(*columns), None if address is None else address_of(address), attempt_key)


async def carts_by_key(reads: Reads, keys: Sequence[str]) -> list[CartRow]:
    """Those of the carts that exist, ordered by id."""
    return await reads.rows(CartRow, _CARTS_BY_KEY, {"keys": list(keys)})


async def locked_cart(reads: Reads, key: str) -> CartRow | None:
    """The cart, held by this transaction until it ends: whoever changes a cart reads it this way first."""
    return await reads.one(CartRow, _LOCKED_CART, {"key": key})


async def cart_lines(reads: Reads, cart_ids: Sequence[int]) -> list[CartLineRow]:
    """The lines of several carts, oldest first within each."""
    return await reads.rows(CartLineRow, _LINES, {"cart_ids": list(cart_ids)})


async def cart_addresses(reads: Reads, cart_ids: Sequence[int]) -> list[CartAddressRow]:
    """The delivery addresses of several carts, in the order they were added."""
    return await reads.rows(CartAddressRow, _ADDRESSES, {"cart_ids": list(cart_ids)})


def checkout_url(shop: Shop, key: str) -> str:
    """Where a person completes the cart. The address has a secret of its own, which is not the cart's key."""
    return f"{shop.base_url.rstrip('/')}/cart/{key}?s={checkout_secret(shop, key)}"


def checkout_secret(shop: Shop, key: str) -> str:
    """The secret of a cart's checkout: who has it may complete the cart, and cannot use the API with it."""
    return shop.vault.sign("checkout-url", key)


def opens_checkout(shop: Shop, key: str, secret: str | None) -> bool:
    """Whether that is the secret of that cart's checkout; compared in constant time."""
    # What is no ASCII has no bytes to compare, and is no secret either.
    return bool(secret and secret.isascii() and len(key) <= KEY_LENGTH and same(secret, checkout_secret(shop, key)))


def address_of(document: Mapping[str, Any]) -> Address:
    """An address as the database keeps it, as a value."""
    return msgspec.convert(document, Address)


def selected_address(addresses: Iterable[CartAddressRow]) -> Address | None:
    """The delivery address the buyer selected."""
    return next((address_of(row.address) for row in addresses if row.is_selected), None)


_CART = select(
    Cart.id,
    Cart.key,
    Cart.state,
    Cart.version,
    Cart.country,
    Cart.language,
    Cart.email,
    Cart.phone,
    Cart.customer_id,
    Cart.preferences,
    Cart.consent,
    Cart.note,
    Cart.attributes,
    Cart.discount_codes,
    Cart.gift_card_codes,
    Cart.delivery_choices,
    Cart.billing_address,
    Cart.payment,
    Cart.created_at,
    Cart.updated_at,
)
_CART_BY_KEY = _CART.where(Cart.key == bindparam("key"))
_CARTS_BY_KEY = _CART.where(text_in(Cart.key, "keys")).order_by(Cart.id)
_LOCKED_CART = _CART_BY_KEY.with_for_update()
_AT_HAND = (
    _CART_BY_KEY.add_columns(
        CartAddress.address,
        select(Attempt.key.label("attempt_key"))
        .where(Attempt.cart_id == Cart.id, Attempt.state == literal_column(f"'{AttemptState.OPEN}'"))
        .correlate(Cart)
        .scalar_subquery(),
    )
    .select_from(Cart)
    .outerjoin(CartAddress, and_(CartAddress.cart_id == Cart.id, CartAddress.is_selected))
)

_LINES = (
    select(
        CartLine.id,
        CartLine.cart_id,
        CartLine.variant_id,
        CartLine.quantity,
        CartLine.attributes,
        CartLine.attributes_key,
        CartLine.created_at,
    )
    .where(id_in(CartLine.cart_id, "cart_ids"))
    .order_by(CartLine.cart_id, CartLine.id)
)

_ADDRESSES = (
    select(CartAddress.id, CartAddress.cart_id, CartAddress.address, CartAddress.is_selected, CartAddress.is_one_time)
    .where(id_in(CartAddress.cart_id, "cart_ids"))
    .order_by(CartAddress.cart_id, CartAddress.id)
)
