"""Media over the API: what a product shows."""

from collections.abc import Sequence
from enum import Enum

import strawberry

from vetrina.graphql import Info, batch, ctx_of, gid, int_key_of
from vetrina.graphql.scalars import URL
from vetrina.views.catalog.product_sheets import ProductSheetRow
from vetrina.views.media import AnyMedia, AttachedRow, MediaOrder, MediaRow, all_media_of
from vetrina.views.windows import Window

TYPES = ("MediaImage", "Video", "ExternalVideo", "Model3d", "GenericFile")
"""Under which a medium's id may name it."""
MOST = 250
"""A product shows no more."""


@strawberry.enum(description="What a medium is.")
class MediaKind(Enum):
    EXTERNAL_VIDEO = "ExternalVideo"
    FILE = "GenericFile"
    IMAGE = "MediaImage"
    MODEL_3D = "Model3d"
    VIDEO = "Video"


async def load_ids(rows: Sequence[AnyMedia], info: Info) -> list[str]:
    """Ids by which the storefront names them too."""
    return [gid(row.type_name, row.id) for row in rows]


async def load_kinds(rows: Sequence[AnyMedia], info: Info) -> list[MediaKind]:
    """What each is."""
    return [MediaKind(row.type_name) for row in rows]


async def load_addresses(rows: Sequence[AnyMedia], info: Info) -> list[str]:
    """Absolute addresses."""
    base_url = ctx_of(info).shop.base_url
    return [public_address(row.address, base_url) for row in rows]


async def load_previews(rows: Sequence[AnyMedia], info: Info) -> list[MediaRow | None]:
    """The picture that stands for what is none."""
    return [row.preview if isinstance(row, AttachedRow) else None for row in rows]


async def load_hashes(rows: Sequence[AnyMedia], info: Info) -> list[str | None]:
    """ThumbHashes of pictures."""
    return [row.thumbhash if isinstance(row, MediaRow) else None for row in rows]


async def load_media(rows: Sequence[ProductSheetRow], info: Info) -> list[list[AnyMedia]]:
    """All that each product shows, in order."""
    ids = [row.id for row in rows]
    found = await all_media_of(ctx_of(info), ids, MediaOrder.POSITION, Window(size=MOST))
    return [[placed.row for placed in found.get(product_id, [])[:MOST]] for product_id in ids]


def public_address(address: str, base_url: str) -> str:
    """Where everybody finds a medium."""
    return address if "://" in address else f"{base_url}{'' if address.startswith('/') else '/media/'}{address}"


@strawberry.type(description="A picture, a video, a 3D model or a file. Sizes in pixels, where they are known.")
class Medium:
    id: strawberry.ID = batch(load_ids)
    kind: MediaKind = batch(load_kinds)
    alt: str | None
    url: URL = batch(load_addresses)
    width: int | None
    height: int | None
    thumbhash: str | None = batch(load_hashes)
    preview_image: "Medium | None" = batch(load_previews)


def medium_key(value: str, *field: str) -> int:
    """The key that a medium's id names, of whatever kind. Raises BadInput."""
    return int_key_of(value, *TYPES, field=field)
