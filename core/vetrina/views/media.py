"""Pictures of products, variants and collections."""

from datetime import datetime
from enum import StrEnum
from functools import cache
from typing import ClassVar

import msgspec
from sqlalchemy import func, select

from vetrina.kernel.context import Context
from vetrina.kernel.db import id_in
from vetrina.shop.catalog.models import Media, ProductMedia, Variant
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


class MediaOrder(StrEnum):
    """In which order a product's pictures are listed."""

    POSITION = "position"
    ID = "id"
    CREATED_AT = "created_at"


class MediaRow(msgspec.Struct, frozen=True):
    """A picture: its address is absolute, or relative to the shop's own media. Sizes in pixels, where known."""

    type_name: ClassVar[str] = "MediaImage"

    id: int
    address: str
    alt: str | None
    width: int | None
    height: int | None

    @property
    def alt_text(self) -> str | None:
        """The picture's description under its other public name."""
        return self.alt


async def media_by_id(ctx: Context, ids: list[int]) -> dict[int, MediaRow]:
    """Pictures by id."""
    return {row.id: row for row in await ctx.db.rows(MediaRow, _BY_ID, {"ids": ids})}


async def media_of_variants(ctx: Context, variant_ids: list[int]) -> dict[int, MediaRow]:
    """Each variant's own picture, else its product's first, by variant id."""
    found = await ctx.db.fetch(_OF_VARIANTS, {"ids": variant_ids})
    return {line[0]: MediaRow(*line[1:]) for line in found}


async def media_of(
    ctx: Context, product_ids: list[int], order: MediaOrder, window: Window
) -> dict[int, list[Placed[MediaRow]]]:
    """A window on the pictures of each product, one row too many, by product id."""
    columns = _order(order)
    params = {"ids": product_ids, **window_params(window, columns)}
    return await placed_per_owner(ctx.db, MediaRow, _media_of(order, window.shape), params, columns)


def _order(order: MediaOrder) -> Order:
    match order:
        case MediaOrder.POSITION:
            return Order((ProductMedia.position, ProductMedia.media_id), (int, int))
        case MediaOrder.ID:
            return Order((ProductMedia.media_id,), (int,))
        case MediaOrder.CREATED_AT:
            return Order((Media.created_at, Media.id), (datetime, int))


@cache
def _media_of(order: MediaOrder, shape: Shape) -> Selection:
    columns = _order(order)
    candidates = (
        select(ProductMedia.product_id.label("owner"), *PICTURE_COLUMNS)
        .join(Media, Media.id == ProductMedia.media_id)
        .where(id_in(ProductMedia.product_id, "ids"))
    )
    page = windowed_per_owner(candidates, ProductMedia.product_id, columns, shape)
    places = place_columns(page, columns)
    return select(page.c.owner, *places, *(page.c[name] for name in MediaRow.__struct_fields__)).order_by(
        page.c.owner, *direction(places, shape)
    )


PICTURE_COLUMNS = (Media.id, Media.url.label("address"), Media.alt, Media.width, Media.height)
"""The columns of MediaRow, over Media."""
_BY_ID = select(*PICTURE_COLUMNS).where(id_in(Media.id, "ids"))


FIRST_PICTURE = (
    select(ProductMedia.media_id)
    .where(ProductMedia.product_id == Variant.product_id)
    .order_by(ProductMedia.position, ProductMedia.media_id)
    .limit(1)
    .scalar_subquery()
)
"""The first picture of a variant's product."""
_OF_VARIANTS = (
    select(Variant.id, *PICTURE_COLUMNS)
    .join(Media, Media.id == func.coalesce(Variant.image_id, FIRST_PICTURE))
    .where(id_in(Variant.id, "ids"))
)
