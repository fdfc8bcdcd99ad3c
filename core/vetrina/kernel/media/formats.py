"""Formats: what a file is, told by its first bytes and never by its name."""

from typing import Final, Literal

import msgspec

Nature = Literal["image", "video", "model", "document"]


class Format(msgspec.Struct, frozen=True):
    """A kind of file the shop keeps."""

    nature: Nature
    ending: str
    mime_type: str


JPEG: Final = Format("image", "jpg", "image/jpeg")
PNG: Final = Format("image", "png", "image/png")
WEBP: Final = Format("image", "webp", "image/webp")
GIF: Final = Format("image", "gif", "image/gif")
AVIF: Final = Format("image", "avif", "image/avif")
MP4: Final = Format("video", "mp4", "video/mp4")
MOV: Final = Format("video", "mov", "video/quicktime")
WEBM: Final = Format("video", "webm", "video/webm")
GLB: Final = Format("model", "glb", "model/gltf-binary")
PDF: Final = Format("document", "pdf", "application/pdf")

RASTER: Final = {form.ending: form for form in (JPEG, PNG, WEBP, GIF, AVIF)} | {"jpeg": JPEG}
"""Pictures that can be made smaller, by the ending of their name."""
MIME_TYPES: Final = {form.ending: form.mime_type for form in (MP4, MOV, WEBM, GLB, PDF)} | {
    ending: form.mime_type for ending, form in RASTER.items()
}
SVG: Final = "image/svg+xml"


def format_of(content: bytes) -> Format | None:
    """What a file is; None for anything the shop does not keep, SVG and HTML among it: they are programs."""
    head = content[:64]
    if head.startswith(b"\xff\xd8\xff"):
        return JPEG
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return PNG
    if head[:6] in (b"GIF87a", b"GIF89a"):
        return GIF
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return WEBP
    if head[4:8] == b"ftyp":
        return _by_brand(head)
    if head.startswith(b"\x1a\x45\xdf\xa3"):
        return WEBM if b"webm" in head else None
    if head[:8] == b"glTF\x02\x00\x00\x00" and int.from_bytes(head[8:12], "little") == len(content):
        return GLB
    return PDF if head.startswith(b"%PDF-") else None


def ending_of(name: str) -> str:
    """The ending of a file's name, in small letters and without the dot."""
    return name.rpartition(".")[2].lower()


def mime_type_of(name: str) -> str:
    """How a kept file is served, by its name: what is not known is bytes, which no browser runs."""
    ending = ending_of(name)
    return SVG if ending == "svg" else MIME_TYPES.get(ending, "application/octet-stream")


def _by_brand(head: bytes) -> Format | None:
    """One container for many: its brands say what is in it."""
    major, others = head[8:12], head[16:40]
    if major in (b"avif", b"avis") or b"avif" in others:
        return AVIF
    if major == b"qt  ":
        return MOV
    is_mp4 = major[:3] in (b"iso", b"mp4", b"avc", b"M4V") or major in (b"dash", b"msdh", b"MSNV")
    return MP4 if is_mp4 else None
