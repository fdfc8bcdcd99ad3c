"""What is known of the variants in a cart and of those somebody wants there: texts, price, stock, picture."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, TypeVar

import msgspec
from sqlalchemy import Select, and_, bindparam, func, null, select
from sqlalchemy.orm import aliased

from vetrina.kernel.context import Context, Place
from vetrina.kernel.db import Reads, id_in
from vetrina.shop.cart.models import CartLine
from vetrina.shop.catalog.models import Media, Product, ProductMedia, Translation, Variant
from vetrina.shop.catalog.rules import is_on_sale
from vetrina.shop.pricing.models import Price
from vetrina.shop.pricing.rules import price_at
from vetrina.views.catalog.bundles import Need, PartRow, parts_of
from vetrina.views.catalog.options import chosen_of
from vetrina.views.catalog.variants import VariantRow
from vetrina.views.media import MediaRow
from vetrina.views.shelf import is_title_in_language, is_translated, room_of, stock_of


class MerchandiseRow(msgspec.Struct, frozen=True):
    """What is known of a variant where somebody buys it. Prices in minor units; no price: not for sale there.

    Its picture is its own, else its product's first. `stock` is what is on hand and free, `available` how many may
    still be sold, backorders included; both are None where stock is not tracked.
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
    media_id: int | None
    image_url: str | None
    image_alt: str | None
    image_width: int | None
    image_height: int | None
    image_thumbhash: str | None
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
    breaks: list[list[int]] | None
    measure: dict[str, Any] | None
    stock: int | None
    available: int | None
    is_bundle: bool
    parts: tuple[PartRow, ...] | None
    """What a bundle consists of; None for what is no bundle."""

    @property
    def needs(self) -> tuple[Need, ...]:
        """What of which variants one piece of it takes from the shelf."""
        if self.parts is None:
            return (Need(self.variant_id, 1, self.available),)
        return tuple(Need(part.variant_id, part.quantity, part.room) for part in self.parts)

    def room_beside(self, taken: Mapping[int, int]) -> int | None:
        """How many may still be sold where so many of each variant are already; None where stock is not tracked."""
        rooms = [
            (need.room - taken.get(need.variant_id, 0)) // need.quantity for need in self.needs if need.room is not None
        ]
        return min(rooms, default=None)

    def price_for(self, quantity: int) -> int:
        """What one piece costs where so many of the variant are bought."""
        return price_at(self.price or 0, self.breaks, quantity)


Known = TypeVar("Known", bound=MerchandiseRow)


class CartLineFactsRow(MerchandiseRow, frozen=True):
    """A line of a cart together with what is known of its variant."""

    id: int
    cart_id: int
    quantity: int
    attributes: list[Any]
    attributes_key: str
    created_at: datetime


class CartVariantRow(VariantRow, frozen=True):
    """A variant as a cart's line has it: priced in the cart's own currency, wherever the request is made."""

    currency: str
    picture: MediaRow | None


async def merchandise(reads: Reads, variant_ids: Sequence[int], place: Place) -> list[MerchandiseRow]:
    """What is known of the variants that exist, ordered by id, with prices and texts as they are at `place`."""
    rows = await reads.rows(MerchandiseRow, _MERCHANDISE, {"variant_ids": list(variant_ids), **_at(place)})
    return await _with_parts(reads, rows, place)


async def cart_line_facts(reads: Reads, cart_id: int, place: Place) -> tuple[CartLineFactsRow, ...]:
    """One cart's lines, oldest first, with prices and texts as they are at `place`; see `spoken_lines`."""
    rows = await reads.rows(CartLineFactsRow, _LINE_FACTS, {"cart_id": cart_id, **_at(place)})
    return tuple(await _with_parts(reads, rows, place))


async def spoken_lines(ctx: Context, lines: tuple[CartLineFactsRow, ...]) -> tuple[CartLineFactsRow, ...]:
    """The lines with their variants called by the translations of their options, where the context's language asks."""
    if not lines or not is_translated(ctx):
        return lines
    chosen = await chosen_of(ctx, [line.variant_id for line in lines])
    titles = {variant_id: " / ".join(one.value for one in values) for variant_id, values in chosen.items()}
    return tuple(msgspec.structs.replace(line, variant_title=titles[line.variant_id]) for line in lines)


def taken_by(quantity: int, known: MerchandiseRow) -> dict[int, int]:
    """What so many pieces of something take from the shelf, by variant: of a bundle, its components."""
    return {need.variant_id: need.quantity * quantity for need in known.needs}


def line_facts(known: MerchandiseRow, *line: Any) -> CartLineFactsRow:
    """What is known of a variant with a line of it: the line's values in the order of the fields."""
    return CartLineFactsRow(*(getattr(known, name) for name in MerchandiseRow.__struct_fields__), *line)


def variant_of(line: MerchandiseRow, currency: str, now: datetime) -> CartVariantRow:
    """The variant of a line where it was quoted; one without a price there costs nothing and is not for sale."""
    is_offered = line.archived_at is None and line.price is not None and is_on_sale(line.status, line.published_at, now)
    return CartVariantRow(
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
        breaks=line.breaks,
        measure=line.measure,
        stock=line.stock,
        room=line.available,
        is_offered=is_offered,
        is_bundle=line.is_bundle,
        currency=currency,
        picture=_picture(line),
    )


async def _with_parts(reads: Reads, rows: list[Known], place: Place) -> list[Known]:
    """The rows, bundles among them with what they consist of: another statement only where there are any."""
    bundles = sorted({row.variant_id for row in rows if row.is_bundle})
    if not bundles:
        return rows
    parts = await parts_of(reads, bundles, place)
    return [
        msgspec.structs.replace(row, parts=tuple(parts.get(row.variant_id, ()))) if row.is_bundle else row
        for row in rows
    ]


def _picture(line: MerchandiseRow) -> MediaRow | None:
    if line.media_id is None or line.image_url is None:
        return None
    size = line.image_width, line.image_height
    return MediaRow(line.media_id, line.image_url, line.image_alt, *size, line.image_thumbhash)


def _at(place: Place) -> dict[str, Any]:
    return {"price_list_id": place.price_list_id, "language": place.language}


_Title = aliased(Translation)
_first_media = (
    select(ProductMedia.media_id)
    .where(ProductMedia.product_id == Variant.product_id, ProductMedia.is_picture)
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
    Media.id.label("media_id"),
    Media.url.label("image_url"),
    Media.alt.label("image_alt"),
    Media.width.label("image_width"),
    Media.height.label("image_height"),
    Media.thumbhash.label("image_thumbhash"),
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
    Price.breaks,
    Variant.measure,
    stock_of().label("stock"),
    room_of().label("available"),
    Variant.is_bundle,
    null().label("parts"),
)


def _with_facts(statement: Select[*tuple[Any, ...]]) -> Select[*tuple[Any, ...]]:
    return (
        statement.join(Product, Product.id == Variant.product_id)
        .outerjoin(Price, and_(Price.variant_id == Variant.id, Price.price_list_id == bindparam("price_list_id")))
        .outerjoin(Media, Media.id == func.coalesce(Variant.image_id, _first_media))
        .outerjoin(_Title, is_title_in_language(_Title))
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
