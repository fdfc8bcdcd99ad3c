"""Videos: how large they are shown, read off their containers' headers; nothing of them is decoded."""

from collections.abc import Iterator

from vetrina.kernel.errors import Refusal
from vetrina.kernel.media.formats import WEBM, Format

_MOST_BOXES = 10_000
_INSIDE = {b"moov", b"trak"}
"""Boxes of an MP4 on the way to a track's header."""
_EBML_INSIDE = {0x18538067, 0x1654AE6B, 0xAE, 0xE0}
"""Segment, Tracks, TrackEntry, Video: elements of a WebM on the way to its pixels."""
_PIXEL_WIDTH, _PIXEL_HEIGHT = 0xB0, 0xBA


class BrokenVideo(Refusal):
    """No picture was found in it."""

    code = "MEDIA_BROKEN_VIDEO"
    text = "The video cannot be read: no track with pictures was found in it."


def size_of_video(content: bytes, form: Format) -> tuple[int, int]:
    """Width and height in pixels. Raises BrokenVideo."""
    width, height = _webm(content) if form is WEBM else _mp4(content)
    if not (0 < width <= 16_384 and 0 < height <= 16_384):
        raise BrokenVideo(field=("file",))
    return width, height


def _mp4(content: bytes) -> tuple[int, int]:
    """The largest track's; sound has none. A phone's video that lies on its side is turned by its matrix."""
    largest = (0, 0)
    for kind, start, end in _boxes(content):
        if kind != b"tkhd" or end - start < 84:
            continue
        width, height = (int.from_bytes(content[place : place + 2]) for place in (end - 8, end - 4))
        first = int.from_bytes(content[end - 44 : end - 40], signed=True)
        if first == 0:
            width, height = height, width
        if width * height > largest[0] * largest[1]:
            largest = width, height
    return largest


def _boxes(content: bytes) -> Iterator[tuple[bytes, int, int]]:
    """Boxes with where their content begins and ends; those on the way are gone into."""
    stretches, seen = [(0, len(content))], 0
    while stretches:
        at, until = stretches.pop()
        while at + 8 <= until and seen < _MOST_BOXES:
            seen += 1
            size, kind, head = int.from_bytes(content[at : at + 4]), content[at + 4 : at + 8], 8
            if size == 1:
                size, head = int.from_bytes(content[at + 8 : at + 16]), 16
            end = until if size == 0 else at + size
            if end < at + head or end > until:
                break
            if kind in _INSIDE:
                stretches.append((at + head, end))
            yield kind, at + head, end
            at = end


def _webm(content: bytes) -> tuple[int, int]:
    """The first track's that has both."""
    found: dict[int, int] = {}
    stretches, seen = [(0, len(content))], 0
    while stretches:
        at, until = stretches.pop()
        while at < until and seen < _MOST_BOXES and len(found) < 2:
            seen += 1
            kind, at = _number(content, at, keeps_mark=True)
            size, start = _number(content, at, keeps_mark=False)
            if start <= at:
                break
            end = min(until, start + size) if size >= 0 else until
            if kind in _EBML_INSIDE:
                stretches += [(end, until)]
                until = end
                at = start
                continue
            if kind in (_PIXEL_WIDTH, _PIXEL_HEIGHT) and end - start <= 8:
                found[kind] = int.from_bytes(content[start:end])
            at = end
    return found.get(_PIXEL_WIDTH, 0), found.get(_PIXEL_HEIGHT, 0)


def _number(content: bytes, at: int, *, keeps_mark: bool) -> tuple[int, int]:
    """A number of one to eight bytes and where it ends; its first bits say how many. -1 where the size is open."""
    first = content[at] if at < len(content) else 0
    if first == 0:
        return 0, at
    length = 9 - first.bit_length()
    value = int.from_bytes(content[at : at + length])
    if keeps_mark:
        return value, at + length
    largest = (1 << 7 * length) - 1
    value &= largest
    return (-1 if value == largest else value), at + length
