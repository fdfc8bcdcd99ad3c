"""Media: pictures, videos here and elsewhere, 3D models, and files; each kind is read from rows of its own."""

from collections.abc import Sequence
from enum import Enum

import msgspec
import strawberry

from vetrina.flows.media import outside_video
from vetrina.graphql import Info, PageInfo, batch, ctx_of, read_from
from vetrina.graphql.scalars import JSON, URL
from vetrina.kernel.media.formats import ending_of
from vetrina.views.media import (
    AnyMedia,
    AttachedRow,
    ExternalVideoRow,
    FileRow,
    MediaRow,
    ModelRow,
    VideoRow,
)
from vetrina_storefront.images import Image, absolute
from vetrina_storefront.interfaces import Node, load_ids, load_nothing


@strawberry.enum(description="What kind of medium it is.")
class MediaContentType(Enum):
    EXTERNAL_VIDEO = "EXTERNAL_VIDEO"
    IMAGE = "IMAGE"
    MODEL_3D = "MODEL_3D"
    VIDEO = "VIDEO"


@strawberry.enum(description="Who shows an external video.")
class MediaHost(Enum):
    VIMEO = "VIMEO"
    YOUTUBE = "YOUTUBE"


@strawberry.enum(description="How a medium may be presented.")
class MediaPresentationFormat(Enum):
    IMAGE = "IMAGE"
    MODEL_VIEWER = "MODEL_VIEWER"


class VideoSourceRow(msgspec.Struct, frozen=True):
    """A file of a video. Sizes in pixels."""

    url: str
    mime_type: str
    format: str
    width: int
    height: int


class ModelSourceRow(msgspec.Struct, frozen=True):
    """A file of a 3D model; its size in bytes."""

    url: str
    mime_type: str
    format: str
    filesize: int


async def load_pictures(rows: Sequence[MediaRow], info: Info) -> list[MediaRow]:
    """A medium that is a picture shows itself."""
    return list(rows)


async def load_previews(rows: Sequence[AnyMedia], info: Info) -> list[MediaRow | None]:
    """The picture that stands for a medium; a picture stands for itself."""
    return [row if isinstance(row, MediaRow) else row.preview for row in rows]


async def load_kinds(rows: Sequence[AnyMedia], info: Info) -> list[MediaContentType]:
    """Which kind each is."""
    return [_CONTENT_TYPES[row.type_name] for row in rows]


async def load_addresses(rows: Sequence[AttachedRow], info: Info) -> list[str]:
    """Where each is; a video elsewhere, where people watch it there."""
    base_url = ctx_of(info).shop.base_url
    return [absolute(row.address, base_url) for row in rows]


async def load_embedded(rows: Sequence[ExternalVideoRow], info: Info) -> list[str]:
    """What a frame shows."""
    return [outside_video(row.address).player for row in rows]


async def load_hosts(rows: Sequence[ExternalVideoRow], info: Info) -> list[MediaHost]:
    """Who shows each."""
    return [MediaHost[outside_video(row.address).host.upper()] for row in rows]


async def load_films(rows: Sequence[VideoRow], info: Info) -> list[list[VideoSourceRow]]:
    """Each video has one file: the one that was uploaded."""
    return [
        [VideoSourceRow(url, row.mime_type or "", ending_of(row.address), row.width or 0, row.height or 0)]
        for row, url in zip(rows, await load_addresses(rows, info), strict=True)
    ]


async def load_models(rows: Sequence[ModelRow], info: Info) -> list[list[ModelSourceRow]]:
    """So has each model."""
    return [
        [ModelSourceRow(url, row.mime_type or "", ending_of(row.address), row.size or 0)]
        for row, url in zip(rows, await load_addresses(rows, info), strict=True)
    ]


async def load_presentation(
    rows: Sequence[object],
    info: Info,
    format: MediaPresentationFormat,  # noqa: A002 the contract's word
) -> list[None]:
    """None is kept."""
    return [None] * len(rows)


async def load_sizes(rows: Sequence[FileRow], info: Info) -> list[int | None]:
    """Bytes."""
    return [row.size for row in rows]


@strawberry.type(description="How a medium is presented.")
class MediaPresentation(Node):
    as_json: JSON | None = batch(load_presentation)


@strawberry.interface(description="Something to look at.")
class Media:
    alt: str | None
    id: strawberry.ID = batch(load_ids)
    media_content_type: MediaContentType = batch(load_kinds)
    presentation: MediaPresentation | None = batch(load_nothing)
    preview_image: Image | None = batch(load_previews)


@strawberry.type(description="A picture as a medium.")
class MediaImage(Media, Node):
    image: Image | None = batch(load_pictures)

    is_type_of = read_from(MediaRow)


@strawberry.type(description="A video kept elsewhere.")
class ExternalVideo(Media, Node):
    embed_url: URL = batch(load_embedded)
    embedded_url: URL = batch(load_embedded, deprecation_reason="Use `originUrl` instead.")
    host: MediaHost = batch(load_hosts)
    origin_url: URL = batch(load_addresses)

    is_type_of = read_from(ExternalVideoRow)


@strawberry.type(description="A file of a video.")
class VideoSource:
    format: str
    height: int
    mime_type: str
    url: str
    width: int


@strawberry.type(description="A video.")
class Video(Media, Node):
    sources: list[VideoSource] = batch(load_films)

    is_type_of = read_from(VideoRow)


@strawberry.type(description="A file of a 3D model.")
class Model3dSource:
    filesize: int
    format: str
    mime_type: str
    url: str


@strawberry.type(description="A 3D model.")
class Model3d(Media, Node):
    sources: list[Model3dSource] = batch(load_models)

    is_type_of = read_from(ModelRow)


@strawberry.type(description="A file of any kind.")
class GenericFile(Node):
    alt: str | None
    mime_type: str | None
    original_file_size: int | None = batch(load_sizes)
    preview_image: Image | None = batch(load_previews)
    url: URL | None = batch(load_addresses)

    is_type_of = read_from(FileRow)


@strawberry.type(description="A medium and its place in a connection.")
class MediaEdge:
    cursor: str
    node: Media


@strawberry.type(description="A page of media.")
class MediaConnection:
    edges: list[MediaEdge]
    nodes: list[Media]
    page_info: PageInfo


_CONTENT_TYPES = {
    "ExternalVideo": MediaContentType.EXTERNAL_VIDEO,
    "MediaImage": MediaContentType.IMAGE,
    "Model3d": MediaContentType.MODEL_3D,
    "Video": MediaContentType.VIDEO,
}
KINDS = (MediaImage, ExternalVideo, Video, Model3d)
"""The kinds of media documents may name; the schema lists them, for only the interface leads to them."""
