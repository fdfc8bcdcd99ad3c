"""Pictures for tests: drawn here, so that each is as large, turned and burdened as its test needs."""

import struct
import zlib
from io import BytesIO
from typing import Any

from PIL import Image


def drawn(width: int = 60, height: int = 40, form: str = "JPEG", mode: str = "RGB", **options: Any) -> bytes:
    """Red on the left, blue on the right."""
    picture = Image.new("RGB", (width, height), "red")
    picture.paste("blue", (width // 2, 0, width, height))
    buffer = BytesIO()
    picture.convert(mode).save(buffer, form, **options)
    return buffer.getvalue()


def burdened(width: int = 60, height: int = 40, orientation: int = 6) -> bytes:
    """A JPEG as a phone makes it: lying on its side, with where it was taken and by whom."""
    exif = Image.Exif()
    exif[0x0112], exif[0x013B] = orientation, "Anna Rossi"
    exif.get_ifd(0x8825).update({1: "N", 2: (45.0, 4.0, 12.0)})
    content = drawn(width, height, exif=exif, comment=b"Anna at home", quality=90)
    return content + b"<script>alert(1)</script>"


def bomb(side: int = 40_000) -> bytes:
    """A PNG of a few bytes that says it is enormous."""
    head = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    chunks = ((b"IHDR", head), (b"IDAT", zlib.compress(bytes(1_000))), (b"IEND", b""))
    parts = (struct.pack(">I", len(c)) + k + c + struct.pack(">I", zlib.crc32(k + c)) for k, c in chunks)
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


def film(width: int = 640, height: int = 360, *, turned: bool = False) -> bytes:
    """The headers of an MP4 with a sound track and one of pictures."""
    return _box(b"ftyp", b"isom\0\0\0\0isommp42") + _box(
        b"moov", _box(b"trak", _track(0, 0)) + _box(b"trak", _track(width, height, turned=turned))
    )


def reel(width: int = 640, height: int = 360) -> bytes:
    """The headers of a WebM; its segment does not say how long it is."""
    video = b"\xe0" + _length(b"\xb0\x82" + struct.pack(">H", width) + b"\xba\x82" + struct.pack(">H", height))
    tracks = b"\x16\x54\xae\x6b" + _length(b"\xae" + _length(b"\xd7\x81\x01" + video))
    return b"\x1a\x45\xdf\xa3" + _length(b"\x42\x82\x84webm") + b"\x18\x53\x80\x67\x01" + b"\xff" * 7 + tracks


def model() -> bytes:
    """A GLB with nothing in it."""
    return b"glTF" + struct.pack("<II", 2, 20) + struct.pack("<II", 0, 0x4E4F534A)


def _track(width: int, height: int, *, turned: bool = False) -> bytes:
    matrix = (0, 0x10000, 0, -0x10000, 0, 0) if turned else (0x10000, 0, 0, 0, 0x10000, 0)
    head = bytes(4 + 20 + 16) + struct.pack(">9i", *matrix[:6], 0, 0, 0x40000000)
    return _box(b"tkhd", head + struct.pack(">II", width << 16, height << 16))


def _box(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", 8 + len(content)) + kind + content


def _length(content: bytes) -> bytes:
    return bytes([0x80 | len(content)]) + content
