"""Image: a picture by its absolute address."""

from collections.abc import Sequence
from enum import Enum

import strawberry

from vetrina.graphql import Info, PageInfo, batch, ctx_of, gid
from vetrina.graphql.scalars import URL
from vetrina.views.media import MediaRow, media_by_id
from vetrina_storefront.interfaces import load_nothing


@strawberry.enum(description="The part of a picture that stays when it is cut.")
class CropRegion(Enum):
    BOTTOM = "BOTTOM"
    CENTER = "CENTER"
    LEFT = "LEFT"
    RIGHT = "RIGHT"
    TOP = "TOP"


@strawberry.enum(description="A picture's format.")
class ImageContentType(Enum):
    JPG = "JPG"
    PNG = "PNG"
    WEBP = "WEBP"


@strawberry.input(description="How a picture is wanted: a wish, which the original always satisfies in size.")
class ImageTransformInput:
    crop: CropRegion | None = strawberry.UNSET
    max_height: int | None = strawberry.UNSET
    max_width: int | None = strawberry.UNSET
    preferred_content_type: ImageContentType | None = strawberry.UNSET
    scale: int | None = 1


async def load_image_ids(rows: Sequence[MediaRow], info: Info) -> list[str]:
    """An image's id, apart from that of the medium that shows it."""
    return [gid("ProductImage", row.id) for row in rows]


async def load_originals(rows: Sequence[MediaRow], info: Info) -> list[str]:
    """Absolute addresses of the pictures as they were uploaded."""
    base_url = ctx_of(info).shop.base_url
    return [absolute(row.address, base_url) for row in rows]


async def load_urls(rows: Sequence[MediaRow], info: Info, transform: ImageTransformInput | None = None) -> list[str]:
    """Absolute addresses. Pictures are delivered as they were uploaded, whatever the transformation."""
    return await load_originals(rows, info)


async def load_transformed(
    rows: Sequence[MediaRow],
    info: Info,
    crop: CropRegion | None = None,
    max_height: int | None = None,
    max_width: int | None = None,
    preferred_content_type: ImageContentType | None = None,
    scale: int | None = 1,
) -> list[str]:
    """The oldest way to wish for a size; answered like url."""
    return await load_originals(rows, info)


async def images_by_id(info: Info, ids: Sequence[int | None]) -> list[MediaRow | None]:
    """The pictures of some rows by their image ids, in order; one statement for all of them."""
    wanted = sorted({image_id for image_id in ids if image_id is not None})
    found = await media_by_id(ctx_of(info), wanted) if wanted else {}
    return [found.get(image_id) if image_id is not None else None for image_id in ids]


def absolute(address: str, base_url: str) -> str:
    """A picture's public address; the shop's own media are under /media."""
    if address.startswith(("http://", "https://")):
        return address
    path = address if address.startswith("/") else f"/media/{address}"
    return base_url.rstrip("/") + path


@strawberry.type(description="A picture.")
class Image:
    alt_text: str | None
    height: int | None
    id: strawberry.ID | None = batch(load_image_ids)
    original_src: URL = batch(load_originals, deprecation_reason="Use `url` instead.")
    src: URL = batch(load_originals, deprecation_reason="Use `url` instead.")
    thumbhash: str | None = batch(load_nothing)
    transformed_src: URL = batch(load_transformed, deprecation_reason="Use `url(transform:)` instead.")
    url: URL = batch(load_urls)
    width: int | None


@strawberry.type(description="A picture and its place in a connection.")
class ImageEdge:
    cursor: str
    node: Image


@strawberry.type(description="A page of pictures.")
class ImageConnection:
    edges: list[ImageEdge]
    nodes: list[Image]
    page_info: PageInfo
