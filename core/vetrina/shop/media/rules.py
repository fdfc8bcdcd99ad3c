"""What may become a medium: how large, in which formats, from which hosts; and how a video elsewhere is called."""

import re
from typing import Final
from urllib.parse import parse_qs, urlsplit

import msgspec

from vetrina.kernel.errors import Refusal
from vetrina.kernel.media.formats import Format, Nature, format_of
from vetrina.vocabulary import MediaKind

MEGABYTE: Final = 1_000_000
MOST_BYTES: Final[dict[Nature, int]] = {
    "image": 20 * MEGABYTE,
    "video": 100 * MEGABYTE,
    "model": 30 * MEGABYTE,
    "document": 20 * MEGABYTE,
}
"""Of a file, by what it is."""
LARGEST_FILE: Final = max(MOST_BYTES.values())
MOST_MEDIA: Final = 250
"""Of one product."""
KINDS: Final[dict[Nature, MediaKind]] = {
    "image": MediaKind.IMAGE,
    "video": MediaKind.VIDEO,
    "model": MediaKind.MODEL_3D,
    "document": MediaKind.FILE,
}
_YOUTUBE = frozenset(
    {"youtube.com", "www.youtube.com", "m.youtube.com", "youtube-nocookie.com", "www.youtube-nocookie.com"}
)
_YOUTUBE_ID = re.compile(r"[A-Za-z0-9_-]{11}")
_VIMEO_ID = re.compile(r"[0-9]{1,12}")


class UnknownFormat(Refusal):
    """Told by its content, whatever its name says."""

    code = "MEDIA_UNKNOWN_FORMAT"
    text = (
        "This file is none the shop keeps. It takes pictures as JPEG, PNG, WebP, GIF and AVIF, videos as MP4, MOV and "
        "WebM, 3D models as GLB, and PDF. Save an SVG as PNG first."
    )


class FileTooLarge(Refusal):
    """More bytes than such a file may have."""

    code = "MEDIA_TOO_LARGE"
    text = "The file is too large: {most} MB is the most for it."


class NoPicture(Refusal):
    """A picture is wanted here, and this is something else."""

    code = "MEDIA_NO_PICTURE"
    text = "Only a picture can stand here."


class UnknownVideoHost(Refusal):
    """Embedded, it would show whatever stands there."""

    code = "MEDIA_UNKNOWN_HOST"
    text = "This is no address of a video on YouTube or Vimeo, such as https://www.youtube.com/watch?v=… ."


class TooManyMedia(Refusal):
    """A product shows no more."""

    code = "MEDIA_TOO_MANY"
    text = "A product has at most {most} pictures and other media."


class NotItsMedia(Refusal):
    """An order names exactly the media there are."""

    code = "MEDIA_NOT_ITS_OWN"
    text = "These are not the media of this product, each once."


class OutsideVideo(msgspec.Struct, frozen=True):
    """A video on somebody else's page."""

    host: str
    """youtube or vimeo."""
    video_id: str

    @property
    def player(self) -> str:
        """What a frame shows."""
        if self.host == "youtube":
            return f"https://www.youtube.com/embed/{self.video_id}"
        return f"https://player.vimeo.com/video/{self.video_id}"

    @property
    def page(self) -> str:
        """Where people watch it there."""
        if self.host == "youtube":
            return f"https://www.youtube.com/watch?v={self.video_id}"
        return f"https://vimeo.com/{self.video_id}"


def checked_format(content: bytes) -> Format:
    """What a file is, within its limits. Raises UnknownFormat, FileTooLarge."""
    form = format_of(content)
    if form is None:
        raise UnknownFormat(field=("file",))
    if len(content) > MOST_BYTES[form.nature]:
        raise FileTooLarge(field=("file",), most=MOST_BYTES[form.nature] // MEGABYTE)
    return form


def outside_video(url: str) -> OutsideVideo:
    """Which video an address leads to, at the two hosts that may be embedded. Raises UnknownVideoHost."""
    refused = UnknownVideoHost(field=("url",))
    try:
        parts = urlsplit(url.strip())
    except ValueError:
        raise refused from None
    host, path = (parts.hostname or "").lower(), parts.path.strip("/").split("/")
    if len(url) > 2_000 or parts.scheme not in ("http", "https") or parts.username or parts.netloc.lower() != host:
        raise refused
    found, shape = "", _YOUTUBE_ID
    if host in _YOUTUBE:
        found = path[1] if len(path) > 1 and path[0] in ("embed", "shorts", "live", "v") else ""
        found = found or (parse_qs(parts.query).get("v", [""])[0] if path[0] == "watch" else "")
    elif host == "youtu.be":
        found = path[0]
    elif host in ("vimeo.com", "www.vimeo.com", "player.vimeo.com"):
        found, shape = (path[1] if path[0] == "video" and len(path) > 1 else path[0]), _VIMEO_ID
    if not shape.fullmatch(found):
        raise refused
    return OutsideVideo("vimeo" if shape is _VIMEO_ID else "youtube", found)
