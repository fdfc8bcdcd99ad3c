"""Image: a picture by its absolute address, or by the address where it is as large as somebody wants it."""

from collections.abc import Sequence
from enum import Enum
from typing import TypeVar

import strawberry

from vetrina.graphql import Info, PageInfo, batch, ctx_of, gid
from vetrina.graphql.scalars import URL
from vetrina.kernel.errors import BadInput
from vetrina.kernel.media.addresses import LARGEST_WISH
from vetrina.kernel.media.formats import RASTER, ending_of
from vetrina.kernel.media.renditions import Wish
from vetrina.views.media import MediaRow, media_by_id

LARGEST_SCALE = 3

T = TypeVar("T")


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


@strawberry.input(description="How a picture is wanted. It is never made larger than it is.")
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
    """Absolute addresses; with a transformation, of the pictures as they are wanted."""
    if not transform:
        return await load_originals(rows, info)
    return _transformed(
        rows,
        info,
        ("transform",),
        _given(transform.crop),
        _given(transform.max_height),
        _given(transform.max_width),
        _given(transform.preferred_content_type),
        _given(transform.scale),
    )


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
    return _transformed(rows, info, (), crop, max_height, max_width, preferred_content_type, scale)


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


def _transformed(
    rows: Sequence[MediaRow],
    info: Info,
    field: tuple[str, ...],
    crop: CropRegion | None,
    max_height: int | None,
    max_width: int | None,
    content_type: ImageContentType | None,
    scale: int | None,
) -> list[str]:
    shop = ctx_of(info).shop
    times = _checked(scale, (*field, "scale"), LARGEST_SCALE) or 1
    width = (_checked(max_width, (*field, "maxWidth"), LARGEST_WISH) or 0) * times
    height = (_checked(max_height, (*field, "maxHeight"), LARGEST_WISH) or 0) * times
    wish = Wish(
        min(width, LARGEST_WISH),
        min(height, LARGEST_WISH),
        crop.value.lower() if crop is not None and width and height else "",
        content_type.value.lower() if content_type is not None else "",
    )
    signer, answers = shop.media.signer, list[str]()
    for row in rows:
        original = absolute(row.address, shop.base_url)
        is_ours = not row.address.startswith(("http://", "https://", "/"))
        if is_ours and ending_of(row.address) in RASTER and not _is_met(row, wish):
            original = f"{original}?{signer.query(row.address, wish)}"
        answers.append(original)
    return answers


def _is_met(row: MediaRow, wish: Wish) -> bool:
    """Whether the original is what is wished: small enough, uncut and in whatever format."""
    if wish.is_plain:
        return True
    if wish.format or wish.crop or row.width is None or row.height is None:
        return False
    return (not wish.width or row.width <= wish.width) and (not wish.height or row.height <= wish.height)


def _given(value: T | None) -> T | None:
    """What was said; nothing where it was left out."""
    return None if value is strawberry.UNSET else value


def _checked(number: int | None, field: tuple[str, ...], most: int) -> int | None:
    if number is not None and not 1 <= number <= most:
        raise BadInput(field=field, problem=f"{field[-1]} is between 1 and {most}.")
    return number


@strawberry.type(description="A picture.")
class Image:
    alt_text: str | None
    height: int | None
    id: strawberry.ID | None = batch(load_image_ids)
    original_src: URL = batch(load_originals, deprecation_reason="Use `url` instead.")
    src: URL = batch(load_originals, deprecation_reason="Use `url` instead.")
    thumbhash: str | None
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
