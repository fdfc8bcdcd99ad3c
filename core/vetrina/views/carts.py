"""A cart as it stands: its row, its lines with everything a quote needs to know of them, its addresses."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, ClassVar

import msgspec
from sqlalchemy import Select, and_, bindparam, func, literal, select
from sqlalchemy.orm import aliased

from vetrina.kernel.context import Context, Place, Shop
from vetrina.kernel.db import Reads, id_in, text_in
from vetrina.shop.cart.models import Cart, CartAddress, CartLine
from vetrina.shop.catalog.models import Media, Product, ProductMedia, Translation, Variant
from vetrina.shop.catalog.rules import is_on_sale
from vetrina.shop.pricing.models import Price
from vetrina.views.options import chosen_of
from vetrina.views.shelf import is_translated, room_of, stock_of
from vetrina.views.variants import VariantRow


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


class MerchandiseRow(msgspec.Struct, frozen=True):
    """What is known of a variant where somebody buys it. Prices in minor units; no price: not for sale there.

    `stock` is what is on hand and free, `available` how many may still be sold, backorders included; both are None
    where stock is not tracked.
    """

    variant_id: int
    product_id: int
    product_title: str
    product_handle: str
    vendor: str
    variant_title: str
    sku: str | None
    barcode: str | None
    image_id: int | None
    image_url: str | None
    status: str
    published_at: datetime | None
    archived_at: datetime | None
    is_gift_card: bool
    requires_shipping: bool
    is_taxable: bool
    tax_class: str
    weight: int | None
    quantity_minimum: int
    quantity_increment: int
    quantity_maximum: int | None
    price: int | None
    compare_at: int | None
    stock: int | None
    available: int | None


class CartLineFactsRow(MerchandiseRow, frozen=True):
    """A line of a cart together with what is known of its variant."""

    id: int
    cart_id: int
    quantity: int
    attributes: list[Any]
    attributes_key: str
    created_at: datetime


async def cart_by_key(reads: Reads, key: str) -> CartRow | None:
    """The cart with that secret key, whatever its state."""
    return await reads.one(CartRow, _CART_BY_KEY, {"key": key})


async def carts_by_key(reads: Reads, keys: Sequence[str]) -> list[CartRow]:
    """Those of the carts that exist, ordered by id."""
    return await reads.rows(CartRow, _CARTS_BY_KEY, {"keys": list(keys)})


async def locked_cart(reads: Reads, key: str) -> CartRow | None:
    """The cart, held by this transaction until it ends: whoever changes a cart reads it this way first."""
    return await reads.one(CartRow, _LOCKED_CART, {"key": key})


async def cart_lines(reads: Reads, cart_ids: Sequence[int]) -> list[CartLineRow]:
    """The lines of several carts, oldest first within each."""
    return await reads.rows(CartLineRow, _LINES, {"cart_ids": list(cart_ids)})


async def cart_line_facts(ctx: Context, cart_id: int) -> tuple[CartLineFactsRow, ...]:
    """One cart's lines, oldest first, with prices and texts as they are at the context's place."""
    lines = await ctx.db.rows(CartLineFactsRow, _LINE_FACTS, {"cart_id": cart_id, **_at(ctx.place)})
    if not lines or not is_translated(ctx):
        return tuple(lines)
    chosen = await chosen_of(ctx, [line.variant_id for line in lines])
    titles = {variant_id: " / ".join(one.value for one in values) for variant_id, values in chosen.items()}
    return tuple(msgspec.structs.replace(line, variant_title=titles[line.variant_id]) for line in lines)


def variant_of(line: CartLineFactsRow, now: datetime) -> VariantRow:
    """The variant of a line where it was quoted; one without a price there costs nothing and is not for sale."""
    is_offered = line.archived_at is None and line.price is not None and is_on_sale(line.status, line.published_at, now)
    return VariantRow(
        id=line.variant_id,
        product_id=line.product_id,
        title=line.variant_title,
        sku=line.sku,
        barcode=line.barcode,
        image_id=line.image_id,
        weight_in_grams=line.weight,
        requires_shipping=line.requires_shipping,
        taxable=line.is_taxable,
        tax_class=line.tax_class,
        quantity_minimum=line.quantity_minimum,
        quantity_increment=line.quantity_increment,
        quantity_maximum=line.quantity_maximum,
        amount=line.price or 0,
        compare_at=line.compare_at,
        stock=line.stock,
        room=line.available,
        is_offered=is_offered,
    )


async def cart_addresses(reads: Reads, cart_ids: Sequence[int]) -> list[CartAddressRow]:
    """The delivery addresses of several carts, in the order they were added."""
    return await reads.rows(CartAddressRow, _ADDRESSES, {"cart_ids": list(cart_ids)})


async def merchandise(reads: Reads, variant_ids: Sequence[int], place: Place) -> list[MerchandiseRow]:
    """What is known of the variants that exist, ordered by id, with prices and texts as they are at `place`."""
    return await reads.rows(MerchandiseRow, _MERCHANDISE, {"variant_ids": list(variant_ids), **_at(place)})


def checkout_url(shop: Shop, key: str) -> str:
    """Where a person completes the cart. The address has a secret of its own, which is not the cart's key."""
    return f"{shop.base_url.rstrip('/')}/cart/{key}?s={shop.vault.sign('checkout-url', key)}"


def _at(place: Place) -> dict[str, Any]:
    return {"price_list_id": place.price_list_id, "language": place.language}


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

_Title = aliased(Translation)
_first_media = (
    select(ProductMedia.media_id)
    .where(ProductMedia.product_id == Variant.product_id)
    .order_by(ProductMedia.position, ProductMedia.media_id)
    .limit(1)
    .correlate(Variant)
    .scalar_subquery()
)
_FACTS = (
    Variant.id.label("variant_id"),
    Variant.product_id,
    func.coalesce(_Title.value, Product.title).label("product_title"),
    Product.handle.label("product_handle"),
    Product.vendor,
    Variant.title.label("variant_title"),
    Variant.sku,
    Variant.barcode,
    Variant.image_id,
    Media.url.label("image_url"),
    Product.status,
    Product.published_at,
    Variant.archived_at,
    Product.is_gift_card,
    Variant.requires_shipping,
    Variant.is_taxable,
    Variant.tax_class,
    Variant.weight,
    Variant.quantity_minimum,
    Variant.quantity_increment,
    Variant.quantity_maximum,
    Price.amount.label("price"),
    Price.compare_at,
    stock_of().label("stock"),
    room_of().label("available"),
)


def _with_facts(statement: Select[*tuple[Any, ...]]) -> Select[*tuple[Any, ...]]:
    return (
        statement.join(Product, Product.id == Variant.product_id)
        .outerjoin(Price, and_(Price.variant_id == Variant.id, Price.price_list_id == bindparam("price_list_id")))
        .outerjoin(Media, Media.id == func.coalesce(Variant.image_id, _first_media))
        .outerjoin(
            _Title,
            and_(
                _Title.owner_type == literal("Product"),
                _Title.owner_id == Product.id,
                _Title.language == bindparam("language"),
                _Title.field == literal("title"),
            ),
        )
    )


_MERCHANDISE = (
    _with_facts(select(*_FACTS).select_from(Variant)).where(id_in(Variant.id, "variant_ids")).order_by(Variant.id)
)
_LINE_FACTS = (
    _with_facts(
        select(
            *_FACTS,
            CartLine.id,
            CartLine.cart_id,
            CartLine.quantity,
            CartLine.attributes,
            CartLine.attributes_key,
            CartLine.created_at,
        )
        .select_from(CartLine)
        .join(Variant, Variant.id == CartLine.variant_id)
    )
    .where(CartLine.cart_id == bindparam("cart_id"))
    .order_by(CartLine.id)
)
