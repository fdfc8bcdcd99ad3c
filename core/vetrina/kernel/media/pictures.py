"""Pictures taken in: decoded within limits, turned upright, freed of what they tell about people, and encoded anew."""

from collections.abc import Generator
from contextlib import contextmanager
from io import BytesIO
from typing import TYPE_CHECKING, Any, Final

import msgspec

from vetrina.kernel.errors import Refusal
from vetrina.kernel.media.formats import AVIF, GIF, JPEG, WEBP, Format
from vetrina.kernel.media.thumbhash import LARGEST_SIDE as HASHED_SIDE
from vetrina.kernel.media.thumbhash import thumbhash

if TYPE_CHECKING:
    from PIL.Image import Image

MOST_PIXELS: Final = 50_000_000
"""Of a picture that is opened; of all frames together, twice as many."""
MOST_FRAMES: Final = 500
LARGEST_SIDE: Final = 5_760
"""Pixels: a larger picture is kept so large."""
DECODERS: Final = {"jpg": "JPEG", "png": "PNG", "webp": "WEBP", "gif": "GIF", "avif": "AVIF"}
_QUALITY: Final = 92
_KEPT: Final = ("icc_profile", "transparency", "duration", "loop", "background")
"""What a picture may say beside its pixels: nothing of where it was taken, by whom and with what."""


class BrokenPicture(Refusal):
    """The bytes begin like a picture and are none."""

    code = "MEDIA_BROKEN"
    text = "The picture cannot be read: it is damaged or not complete."


class TooManyPixels(Refusal):
    """Opened, it would fill the memory."""

    code = "MEDIA_TOO_MANY_PIXELS"
    text = "The picture has more than {most} million pixels; make it smaller first."


class Picture(msgspec.Struct, frozen=True):
    """A picture as it will be kept. Sizes in pixels."""

    content: bytes
    format: Format
    width: int
    height: int
    thumbhash: str


def take_in(content: bytes, form: Format) -> Picture:
    """Decode a picture and encode it anew: what is kept holds pixels and colours, and nothing else that came along.

    Takes its time: not for the event loop. Raises BrokenPicture, TooManyPixels.
    """
    with opened(content, form) as picture:
        frames = 1 if form in (JPEG, AVIF) else getattr(picture, "n_frames", 1)
        if frames > 1:
            return _animated(picture, form, frames)
        return _still(picture, WEBP if form is AVIF else form)


@contextmanager
def opened(content: bytes, form: Format) -> "Generator[Image]":
    """A picture, read by no other decoder than its format's. Raises BrokenPicture, TooManyPixels.

    What decoding raises inside the block is BrokenPicture too: pixels are decoded when they are first asked for.
    """
    import PIL.Image

    PIL.Image.MAX_IMAGE_PIXELS = MOST_PIXELS
    try:
        with PIL.Image.open(BytesIO(content), formats=(DECODERS[form.ending],)) as picture:
            check_pixels(picture.width * picture.height)
            yield picture
    except (PIL.Image.DecompressionBombError, PIL.Image.DecompressionBombWarning) as error:
        raise TooManyPixels(field=("file",), most=MOST_PIXELS // 1_000_000) from error
    except (OSError, ValueError, SyntaxError, EOFError, IndexError, KeyError, TypeError, MemoryError) as error:
        raise BrokenPicture(field=("file",)) from error  # decoders raise all of these for bytes that are wrong


def check_pixels(pixels: int, most: int = MOST_PIXELS) -> None:
    """Raises TooManyPixels."""
    if pixels > most:
        raise TooManyPixels(field=("file",), most=most // 1_000_000)


def plain(picture: "Image") -> "Image":
    """In a mode that every encoder takes: grey, RGB or RGBA."""
    if picture.mode in ("L", "RGB", "RGBA"):
        return picture
    if picture.mode.startswith("I"):  # 16 bits a pixel
        return picture.convert("I").point(_eight_bits).convert("L")  # pyright: ignore[reportUnknownMemberType]
    sees_through = picture.mode in ("LA", "PA", "La", "RGBa") or "transparency" in picture.info
    return picture.convert("RGBA" if sees_through else "RGB")


def _eight_bits(value: Any) -> Any:
    return value * (1 / 256)


def _still(picture: "Image", form: Format) -> Picture:
    from PIL import ImageOps

    before, is_jpeg = picture.size, picture.format == "JPEG"
    if max(before) > LARGEST_SIDE:
        picture.draft("RGB", (LARGEST_SIDE, LARGEST_SIDE))
    turned = ImageOps.exif_transpose(picture, in_place=False)
    # The decoder's own object, if it was not turned, still knows with which tables its JPEG was made.
    is_same = turned.size == before and picture.getexif().get(0x0112, 1) == 1
    upright = picture if is_same else turned
    if max(upright.size) > LARGEST_SIDE:
        upright.thumbnail((LARGEST_SIDE, LARGEST_SIDE))
        is_same = False
    _forget(upright)
    if form is JPEG:
        shown = upright if upright.mode in ("L", "RGB") else upright.convert("RGB")
        is_kept = is_same and is_jpeg and shown is picture
        content = _saved(shown, form, quality="keep" if is_kept else _QUALITY, optimize=True, comment=b"", exif=b"")
    elif form is WEBP:
        shown = plain(upright)
        content = _saved(shown, form, quality=_QUALITY, method=4, exif=b"", xmp=b"")
    else:
        shown = upright
        content = _saved(shown, form)
    return Picture(content, form, *shown.size, _hash_of(shown))


def _animated(picture: "Image", form: Format, frames: int) -> Picture:
    """Every frame, with its duration; nothing is turned or made smaller."""
    if frames > MOST_FRAMES:
        raise TooManyPixels(field=("file",), most=2 * MOST_PIXELS // 1_000_000)
    check_pixels(frames * picture.width * picture.height, 2 * MOST_PIXELS)
    hashed = _hash_of(picture)
    _forget(picture)
    more: dict[str, Any] = {"quality": _QUALITY, "method": 2, "exif": b"", "xmp": b""} if form is WEBP else {}
    if form is GIF:
        more = {"comment": b"", "disposal": 2}
    content = _saved(picture, form, save_all=True, **more)
    return Picture(content, form, *picture.size, hashed)


def _forget(picture: "Image") -> None:
    picture.info = {name: value for name, value in picture.info.items() if name in _KEPT}


def _saved(picture: "Image", form: Format, **options: Any) -> bytes:
    buffer = BytesIO()
    picture.save(buffer, DECODERS[form.ending], icc_profile=picture.info.get("icc_profile"), **options)
    return buffer.getvalue()


def _hash_of(picture: "Image") -> str:
    small = plain(picture).convert("RGBA")
    small.thumbnail((HASHED_SIDE, HASHED_SIDE))
    content = small.tobytes()
    pixels = list(zip(content[::4], content[1::4], content[2::4], content[3::4], strict=True))
    return thumbhash(*small.size, pixels)
