"""Media: pictures of products, variants and collections, and what else a product shows, each kind a row of its own."""

from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum
from functools import cache
from typing import Any, ClassVar

import msgspec
from sqlalchemy import Integer, bindparam, func, or_, select
from sqlalchemy.orm import aliased

from vetrina.kernel.context import Context
from vetrina.kernel.db import Reads, id_in
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
from vetrina.vocabulary import MediaKind


class MediaOrder(StrEnum):
    """In which order a product's media are listed."""

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
    thumbhash: str | None = None

    @property
    def alt_text(self) -> str | None:
        """The picture's description under its other public name."""
        return self.alt


class AttachedRow(msgspec.Struct, frozen=True):
    """A medium that is no picture; `preview` is the picture that stands for it. Sizes in pixels, `size` in bytes."""

    type_name: ClassVar[str]

    id: int
    address: str
    alt: str | None
    width: int | None
    height: int | None
    mime_type: str | None
    size: int | None
    preview: MediaRow | None


class VideoRow(AttachedRow, frozen=True):
    """A video among the shop's own files."""

    type_name: ClassVar[str] = "Video"


class ExternalVideoRow(AttachedRow, frozen=True):
    """A video that somebody else shows; its address is that of its page there."""

    type_name: ClassVar[str] = "ExternalVideo"


class ModelRow(AttachedRow, frozen=True):
    """A 3D model."""

    type_name: ClassVar[str] = "Model3d"


class FileRow(AttachedRow, frozen=True):
    """A file to take along, such as a data sheet."""

    type_name: ClassVar[str] = "GenericFile"


AnyMedia = MediaRow | AttachedRow


async def media_by_id(ctx: Context, ids: list[int]) -> dict[int, MediaRow]:
    """Pictures by id."""
    return {row.id: row for row in await ctx.db.rows(MediaRow, _BY_ID, {"ids": ids})}


async def attached_by_id(ctx: Context, kind: MediaKind, ids: list[int]) -> dict[int, AttachedRow]:
    """Media of a kind that is not image, by id."""
    found = [_row(line) for line in await ctx.db.fetch(_ALL_BY_ID, {"ids": ids})]
    return {row.id: row for row in found if isinstance(row, _KINDS[kind])}


async def any_media_by_id(ctx: Context, ids: list[int]) -> dict[int, AnyMedia]:
    """Media of every kind, by id."""
    return {row.id: row for row in map(_row, await ctx.db.fetch(_ALL_BY_ID, {"ids": ids}))}


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


async def all_media_of(
    ctx: Context, product_ids: list[int], order: MediaOrder, window: Window
) -> dict[int, list[Placed[AnyMedia]]]:
    """The same for media of every kind."""
    columns = _order(order)
    params = {"ids": product_ids, **window_params(window, columns)}

    def row(*line: Any) -> AnyMedia:
        return _row(line)

    return await placed_per_owner(ctx.db, row, _all_media_of(order, window.shape), params, columns)


async def foreign_pictures(db: Reads, *, after: int, size: int) -> list[MediaRow]:
    """Pictures at other people's addresses with a larger id, in the order of ids."""
    return await db.rows(MediaRow, _FOREIGN, {"after": after, "size": size})


def pictures_among(placed: Iterable[Placed[AnyMedia]]) -> list[Placed[MediaRow]]:
    """The pictures of a list of media, in their places."""
    return [Placed(one.row, one.place) for one in placed if isinstance(one.row, MediaRow)]


def _row(line: Iterable[Any]) -> AnyMedia:
    """A medium of the kind its line says; the line is ALL_COLUMNS."""
    kind, media_id, address, alt, width, height, thumbhash, mime_type, size, *preview = line
    if kind == MediaKind.IMAGE:
        return MediaRow(media_id, address, alt, width, height, thumbhash)
    shown = MediaRow(*preview) if preview[0] is not None else None
    return _KINDS[MediaKind(kind)](media_id, address, alt, width, height, mime_type, size, shown)


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
        .where(id_in(ProductMedia.product_id, "ids"), ProductMedia.is_picture)
    )
    page = windowed_per_owner(candidates, ProductMedia.product_id, columns, shape)
    places = place_columns(page, columns)
    return select(page.c.owner, *places, *(page.c[name] for name in MediaRow.__struct_fields__)).order_by(
        page.c.owner, *direction(places, shape)
    )


@cache
def _all_media_of(order: MediaOrder, shape: Shape) -> Selection:
    columns = _order(order)
    candidates = (
        select(ProductMedia.product_id.label("owner"), *_ALL_COLUMNS)
        .join(Media, Media.id == ProductMedia.media_id)
        .outerjoin(_Preview, _Preview.id == Media.preview_id)
        .where(id_in(ProductMedia.product_id, "ids"))
    )
    page = windowed_per_owner(candidates, ProductMedia.product_id, columns, shape)
    places = place_columns(page, columns)
    return select(page.c.owner, *places, *(page.c[column.name] for column in _ALL_COLUMNS)).order_by(
        page.c.owner, *direction(places, shape)
    )


_KINDS: dict[MediaKind, type[AttachedRow]] = {
    MediaKind.VIDEO: VideoRow,
    MediaKind.EXTERNAL_VIDEO: ExternalVideoRow,
    MediaKind.MODEL_3D: ModelRow,
    MediaKind.FILE: FileRow,
}
PICTURE_COLUMNS = (Media.id, Media.url.label("address"), Media.alt, Media.width, Media.height, Media.thumbhash)
"""The columns of MediaRow, over Media."""
_Preview = aliased(Media, name="preview")
_ALL_COLUMNS = (
    Media.kind,
    *PICTURE_COLUMNS,
    Media.mime_type,
    Media.size,
    _Preview.id.label("preview_id"),
    _Preview.url.label("preview_address"),
    _Preview.alt.label("preview_alt"),
    _Preview.width.label("preview_width"),
    _Preview.height.label("preview_height"),
    _Preview.thumbhash.label("preview_thumbhash"),
)
_BY_ID = select(*PICTURE_COLUMNS).where(id_in(Media.id, "ids"), Media.kind == MediaKind.IMAGE.value)
_FOREIGN = (
    select(*PICTURE_COLUMNS)
    .where(
        Media.id > bindparam("after"),
        Media.kind == MediaKind.IMAGE.value,
        or_(Media.url.like("http://%"), Media.url.like("https://%")),
    )
    .order_by(Media.id)
    .limit(bindparam("size", type_=Integer))
)
_ALL_BY_ID = select(*_ALL_COLUMNS).outerjoin(_Preview, _Preview.id == Media.preview_id).where(id_in(Media.id, "ids"))


FIRST_PICTURE = (
    select(ProductMedia.media_id)
    .where(ProductMedia.product_id == Variant.product_id, ProductMedia.is_picture)
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
