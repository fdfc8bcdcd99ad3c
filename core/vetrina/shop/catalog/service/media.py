"""A product's pictures as its editor lists them: their order, their words, and those its variants show."""

from collections.abc import Sequence
from datetime import datetime

import msgspec
from sqlalchemy import bindparam, delete, func, select, update

from vetrina.kernel.db import Session, id_in, table_of
from vetrina.shop.catalog.models import Media, ProductMedia, Variant
from vetrina.shop.catalog.rules import ImageSheet
from vetrina.shop.catalog.service.creation import media_row
from vetrina.shop.catalog.service.files import measure_known


class _Picture(msgspec.Struct, frozen=True):
    id: int
    url: str
    alt: str | None
    width: int | None
    height: int | None


async def set_images(session: Session, product_id: int, images: Sequence[ImageSheet], at: datetime) -> bool:
    """Give a product these pictures in this order; whether that changed anything. Variants forget those that go.

    A size that is not given is left as it is known. Media that are no pictures stay, behind the pictures.
    """
    standing = await session.rows(_Picture, _PICTURES, {"product": product_id})
    known = {picture.url: picture for picture in standing}
    images = [_completed(image, known.get(image.url)) for image in images]
    if [_sheet(picture) for picture in standing] == images:
        return False
    media = {image.url: known[image.url].id for image in images if image.url in known}
    for image in images:
        if image.url in known and _sheet(known[image.url]) != image:
            await session.execute(_DESCRIBE, {"media": media[image.url], **_described(image)})
    media |= await _add(session, [image for image in images if image.url not in known], at)
    gone = [picture.id for picture in standing if picture.url not in media]
    await session.execute(_FORGET_ON_VARIANTS, {"product": product_id, "media_ids": gone})
    await session.execute(_DETACH, {"product": product_id})
    await session.execute(_MOVE_OTHERS, {"product": product_id, "by": len(images)})
    await _attach(session, product_id, [media[image.url] for image in images], 0)
    return True


async def media_for(session: Session, product_id: int, urls: Sequence[str], at: datetime) -> dict[str, int]:
    """The keys of a product's pictures by address; those it has not yet come after the others."""
    known = {picture.url: picture.id for picture in await session.rows(_Picture, _PICTURES, {"product": product_id})}
    missing = [ImageSheet(url=url) for url in dict.fromkeys(urls) if url not in known]
    added = await _add(session, missing, at)
    first = await session.value(NEXT_POSITION, {"product": product_id})
    await _attach(session, product_id, list(added.values()), first)
    return known | added


async def _add(session: Session, images: Sequence[ImageSheet], at: datetime) -> dict[str, int]:
    media_ids = await session.take_ids(Media, len(images)) if images else []
    rows = [media_row(media_id, image, at) for media_id, image in zip(media_ids, images, strict=True)]
    await measure_known(session, rows)
    await session.add_many(Media, rows)
    return {image.url: media_id for media_id, image in zip(media_ids, images, strict=True)}


async def _attach(session: Session, product_id: int, media_ids: Sequence[int], first: int) -> None:
    rows = [
        {"product_id": product_id, "media_id": media_id, "position": position, "is_picture": True}
        for position, media_id in enumerate(media_ids, start=first)
    ]
    await session.add_many(ProductMedia, rows)


def _sheet(picture: _Picture) -> ImageSheet:
    return ImageSheet(url=picture.url, alt=picture.alt, width=picture.width, height=picture.height)


def _completed(image: ImageSheet, known: _Picture | None) -> ImageSheet:
    """With the size the shop knows, where the editor says none."""
    if known is None:
        return image
    return msgspec.structs.replace(image, width=image.width or known.width, height=image.height or known.height)


def _described(image: ImageSheet) -> dict[str, str | int | None]:
    return {"alt_": image.alt, "width_": image.width, "height_": image.height}


_PICTURES = (
    select(Media.id, Media.url, Media.alt, Media.width, Media.height)
    .join(ProductMedia, ProductMedia.media_id == Media.id)
    .where(ProductMedia.product_id == bindparam("product"), ProductMedia.is_picture)
    .order_by(ProductMedia.position, Media.id)
)
NEXT_POSITION = select(func.coalesce(func.max(ProductMedia.position), -1) + 1).where(
    ProductMedia.product_id == bindparam("product")
)
"""Where what is added to a product's media comes."""
_DESCRIBE = (
    update(table_of(Media))
    .where(Media.id == bindparam("media"))
    .values(alt=bindparam("alt_"), width=bindparam("width_"), height=bindparam("height_"))
)
_FORGET_ON_VARIANTS = (
    update(table_of(Variant))
    .where(Variant.product_id == bindparam("product"), id_in(Variant.image_id, "media_ids"))
    .values(image_id=None)
)
_DETACH = delete(table_of(ProductMedia)).where(ProductMedia.product_id == bindparam("product"), ProductMedia.is_picture)
_MOVE_OTHERS = (
    update(table_of(ProductMedia))
    .where(ProductMedia.product_id == bindparam("product"), ~ProductMedia.is_picture)
    .values(position=ProductMedia.position + bindparam("by"))
)
