"""Media: the shop keeps pictures; the other kinds are the contract's, for documents that ask for all of them."""

from collections.abc import Sequence
from enum import Enum

import strawberry

from vetrina.graphql import Info, PageInfo, batch, read_from
from vetrina.graphql.scalars import JSON, URL
from vetrina.views.media import MediaRow
from vetrina_storefront.images import Image
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


async def load_pictures(rows: Sequence[MediaRow], info: Info) -> list[MediaRow]:
    """A medium that is a picture shows itself."""
    return list(rows)


async def load_kinds(rows: Sequence[MediaRow], info: Info) -> list[MediaContentType]:
    """Every medium is a picture."""
    return [MediaContentType.IMAGE] * len(rows)


async def load_presentation(
    rows: Sequence[object],
    info: Info,
    format: MediaPresentationFormat,  # noqa: A002 the contract's word
) -> list[None]:
    """None is kept."""
    return [None] * len(rows)


@strawberry.type(description="How a medium is presented.")
class MediaPresentation(Node):
    as_json: JSON | None = batch(load_presentation)


@strawberry.interface(description="Something to look at.")
class Media:
    alt: str | None
    id: strawberry.ID = batch(load_ids)
    media_content_type: MediaContentType = batch(load_kinds)
    presentation: MediaPresentation | None = batch(load_nothing)
    preview_image: Image | None = batch(load_pictures)


@strawberry.type(description="A picture as a medium.")
class MediaImage(Media, Node):
    image: Image | None = batch(load_pictures)

    is_type_of = read_from(MediaRow)


@strawberry.type(description="A video kept elsewhere.")
class ExternalVideo(Media, Node):
    embed_url: URL
    embedded_url: URL = strawberry.field(deprecation_reason="Use `originUrl` instead.")
    host: MediaHost
    origin_url: URL


@strawberry.type(description="A file of a video.")
class VideoSource:
    format: str
    height: int
    mime_type: str
    url: str
    width: int


@strawberry.type(description="A video.")
class Video(Media, Node):
    sources: list[VideoSource]


@strawberry.type(description="A file of a 3D model.")
class Model3dSource:
    filesize: int
    format: str
    mime_type: str
    url: str


@strawberry.type(description="A 3D model.")
class Model3d(Media, Node):
    sources: list[Model3dSource]


@strawberry.type(description="A file of any kind.")
class GenericFile(Node):
    alt: str | None
    mime_type: str | None
    original_file_size: int | None
    preview_image: Image | None
    url: URL | None


@strawberry.type(description="A medium and its place in a connection.")
class MediaEdge:
    cursor: str
    node: Media


@strawberry.type(description="A page of media.")
class MediaConnection:
    edges: list[MediaEdge]
    nodes: list[Media]
    page_info: PageInfo


KINDS = (MediaImage, ExternalVideo, Video, Model3d)
"""The kinds of media documents may name; the schema lists them, for nothing else leads to them."""
