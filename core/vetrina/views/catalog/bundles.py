"""Bundles: what they consist of where somebody buys them, and which bundles a variant is in."""

from collections.abc import Sequence
from functools import cache

import msgspec
from sqlalchemy import and_, bindparam, case, func, literal_column, or_, select
from sqlalchemy.orm import aliased

from vetrina.kernel.context import Context, Place
from vetrina.kernel.db import BigInt, Reads, id_in, text_in
from vetrina.shop.catalog.models import Product, Translation, Variant, VariantComponent
from vetrina.shop.pricing.models import Price
from vetrina.views.catalog.variants import VariantRow, variant_columns
from vetrina.views.shelf import is_price_of, is_published, is_title_in_language, place_params, room_of, stock_of
from vetrina.views.windows import (
    Order,
    Placed,
    Selection,
    Shape,
    Window,
    direction,
    place_columns,
    placed_per_owner,
    window_params,
    windowed_per_owner,
)
from vetrina.vocabulary import ProductStatus


class Need(msgspec.Struct, frozen=True):
    """So many pieces of a variant that something takes from the shelf; `room` is how many may be sold, if tracked."""

    variant_id: int
    quantity: int
    room: int | None


class PartRow(msgspec.Struct, frozen=True):
    """So many pieces of a variant in a bundle. Its price in minor units, if it has one; no room once it is archived."""

    bundle_id: int
    variant_id: int
    product_id: int
    quantity: int
    product_title: str
    variant_title: str
    sku: str | None
    requires_shipping: bool
    price: int | None
    room: int | None


class ComponentRow(msgspec.Struct, frozen=True):
    """So many pieces of a variant in a bundle, as the staff sees it; an archived one keeps its bundle from sale."""

    bundle_id: int
    variant_id: int
    product_id: int
    quantity: int
    product_title: str
    variant_title: str
    sku: str | None
    is_archived: bool
    stock: int | None
    """Pieces on hand and not reserved; None where they are not counted."""


async def parts_of(reads: Reads, bundle_ids: Sequence[int], place: Place) -> dict[int, list[PartRow]]:
    """What bundles consist of, in order, with prices and texts as they are at `place`, by bundle."""
    params = {"ids": list(bundle_ids), "price_list_id": place.price_list_id, "language": place.language}
    found: dict[int, list[PartRow]] = {}
    for row in await reads.rows(PartRow, _PARTS, params):
        found.setdefault(row.bundle_id, []).append(row)
    return found


async def components_of(reads: Reads, bundle_ids: Sequence[int]) -> dict[int, list[ComponentRow]]:
    """What bundles consist of, in order, by bundle; those that are no bundles are left out."""
    found: dict[int, list[ComponentRow]] = {}
    for row in await reads.rows(ComponentRow, _COMPONENTS, {"ids": list(bundle_ids)}):
        found.setdefault(row.bundle_id, []).append(row)
    return found


async def variants_called(reads: Reads, skus: Sequence[str]) -> dict[str, list[int]]:
    """The variants that are not archived, by their SKU; what no variant is called is left out."""
    found: dict[str, list[int]] = {}
    for sku, variant_id in await reads.fetch(_CALLED, {"skus": sorted(set(skus))}):
        found.setdefault(sku, []).append(variant_id)
    return found


async def bundles_with(ctx: Context, variant_ids: list[int], window: Window) -> dict[int, list[Placed[VariantRow]]]:
    """A window on the bundles on sale that each variant is in, one row too many, by variant id."""
    params = {"ids": variant_ids, **place_params(ctx), **window_params(window, _BY_ID)}
    return await placed_per_owner(ctx.db, VariantRow, _bundles_with(window.shape), params, _BY_ID)


@cache
def _bundles_with(shape: Shape) -> Selection:
    candidates = (
        select(VariantComponent.component_id.label("owner"), Variant.id)
        .join_from(VariantComponent, Variant, Variant.id == VariantComponent.bundle_id)
        .join(Product, Product.id == Variant.product_id)
        .join(Price, is_price_of(Variant, Price))
        .where(id_in(VariantComponent.component_id, "ids"), Variant.archived_at.is_(None), is_published())
    )
    page = windowed_per_owner(candidates, VariantComponent.component_id, _BY_ID, shape)
    places = place_columns(page, _BY_ID)
    return (
        select(page.c.owner, *places, *variant_columns())
        .join_from(page, Variant, Variant.id == page.c.id)
        .join(Price, is_price_of(Variant, Price))
        .order_by(page.c.owner, *direction(places, shape))
    )


_BY_ID = Order((Variant.id,), (int,))
_Title = aliased(Translation)
_IS_ARCHIVED = or_(Variant.archived_at.is_not(None), Product.status == literal_column(f"'{ProductStatus.ARCHIVED}'"))
_PARTS = (
    select(
        VariantComponent.bundle_id,
        Variant.id.label("variant_id"),
        Variant.product_id,
        VariantComponent.quantity,
        func.coalesce(_Title.value, Product.title).label("product_title"),
        Variant.title.label("variant_title"),
        Variant.sku,
        Variant.requires_shipping,
        Price.amount.label("price"),
        case((_IS_ARCHIVED, literal_column("0", BigInt)), else_=room_of()).label("room"),
    )
    .join_from(VariantComponent, Variant, Variant.id == VariantComponent.component_id)
    .join(Product, Product.id == Variant.product_id)
    .outerjoin(Price, and_(Price.variant_id == Variant.id, Price.price_list_id == bindparam("price_list_id")))
    .outerjoin(_Title, is_title_in_language(_Title))
    .where(id_in(VariantComponent.bundle_id, "ids"))
    .order_by(VariantComponent.bundle_id, VariantComponent.position)
)
_COMPONENTS = (
    select(
        VariantComponent.bundle_id,
        Variant.id.label("variant_id"),
        Variant.product_id,
        VariantComponent.quantity,
        Product.title.label("product_title"),
        Variant.title.label("variant_title"),
        Variant.sku,
        _IS_ARCHIVED.label("is_archived"),
        stock_of().label("stock"),
    )
    .join_from(VariantComponent, Variant, Variant.id == VariantComponent.component_id)
    .join(Product, Product.id == Variant.product_id)
    .where(id_in(VariantComponent.bundle_id, "ids"))
    .order_by(VariantComponent.bundle_id, VariantComponent.position)
)
_CALLED = (
    select(Variant.sku, Variant.id)
    .join(Product, Product.id == Variant.product_id)
    .where(text_in(Variant.sku, "skus"), ~_IS_ARCHIVED)
    .order_by(Variant.sku, Variant.id)
)
