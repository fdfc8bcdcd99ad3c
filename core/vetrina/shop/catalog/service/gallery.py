"""What a product shows, one medium at a time: add, arrange, describe, take away."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import bindparam, delete, select, update

from vetrina.kernel.db import Session, id_in, table_of
from vetrina.kernel.errors import NotFound
from vetrina.shop.catalog.models import Media, ProductMedia, Variant
from vetrina.shop.catalog.service.media import NEXT_POSITION


class NewMedium(msgspec.Struct, frozen=True, kw_only=True):
    """A medium as its row will be. Sizes in pixels, `size` in bytes."""

    kind: str
    url: str
    alt: str | None = None
    width: int | None = None
    height: int | None = None
    thumbhash: str | None = None
    mime_type: str | None = None
    size: int | None = None
    preview_id: int | None = None


class Medium(msgspec.Struct, frozen=True):
    """A medium as somebody changes it."""

    id: int
    kind: str
    url: str
    alt: str | None


async def add_medium(session: Session, medium: NewMedium, at: datetime) -> int:
    """Write down a medium that nothing shows yet. Returns its key."""
    return await session.insert(Media, **msgspec.structs.asdict(medium), created_at=at)


async def media_named(session: Session, media_ids: Sequence[int]) -> list[Medium]:
    """Media by their keys, in that order. Raises NotFound."""
    found = {row.id: row for row in await session.rows(Medium, _BY_ID, {"ids": list(media_ids)})}
    for media_id in media_ids:
        if media_id not in found:
            raise NotFound(field=("media_id",), what=f"The medium {media_id}")
    return [found[media_id] for media_id in media_ids]


async def gallery_of(session: Session, product_id: int) -> list[Medium]:
    """What a product shows, in order."""
    return await session.rows(Medium, _SHOWN, {"product": product_id})


async def show(session: Session, product_id: int, media: Sequence[tuple[int, bool]]) -> None:
    """Show media behind what a product shows already; pairs of key and whether it is a picture."""
    first = await session.value(NEXT_POSITION, {"product": product_id})
    await _write(session, product_id, media, first)


async def arrange_gallery(session: Session, product_id: int, media: Sequence[tuple[int, bool]]) -> None:
    """Show exactly these, in this order; variants forget what goes."""
    await session.execute(_HIDE, {"product": product_id})
    await _write(session, product_id, media, 0)
    kept = [media_id for media_id, _ in media]
    await session.execute(_FORGET, {"product": product_id, "ids": kept})


async def describe(session: Session, media_id: int, **columns: Any) -> None:
    """Write some of a medium's columns: its words, its preview, or where it is."""
    table = table_of(Media)
    statement = update(table).where(table.c.id == bindparam("medium"))
    given = {f"{name}_": value for name, value in columns.items()}
    await session.execute(
        statement.values({name: bindparam(f"{name}_") for name in sorted(columns)}), {"medium": media_id, **given}
    )


async def _write(session: Session, product_id: int, media: Sequence[tuple[int, bool]], first: int) -> None:
    rows = [
        {"product_id": product_id, "media_id": media_id, "position": position, "is_picture": is_picture}
        for position, (media_id, is_picture) in enumerate(media, start=first)
    ]
    await session.add_many(ProductMedia, rows)


_COLUMNS = (Media.id, Media.kind, Media.url, Media.alt)
_BY_ID = select(*_COLUMNS).where(id_in(Media.id, "ids"))
_SHOWN = (
    select(*_COLUMNS)
    .join(ProductMedia, ProductMedia.media_id == Media.id)
    .where(ProductMedia.product_id == bindparam("product"))
    .order_by(ProductMedia.position, Media.id)
)
_HIDE = delete(table_of(ProductMedia)).where(ProductMedia.product_id == bindparam("product"))
_FORGET = (
    update(table_of(Variant))
    .where(Variant.product_id == bindparam("product"), ~id_in(Variant.image_id, "ids"))
    .values(image_id=None)
)
