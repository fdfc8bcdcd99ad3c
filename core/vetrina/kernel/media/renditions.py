"""Renditions: a picture as large as somebody wants it, cut as he wants it, in the format he can show."""

from io import BytesIO
from math import ceil
from typing import TYPE_CHECKING, Any, Final

import msgspec

from vetrina.kernel.media.formats import JPEG, PNG, RASTER, WEBP, Format, ending_of
from vetrina.kernel.media.pictures import DECODERS, opened, plain

if TYPE_CHECKING:
    from PIL.Image import Image

VERSION: Final = 1
"""Counted up when the same wish is drawn differently: what was kept before is drawn anew."""
FORMATS: Final = {"jpg": JPEG, "png": PNG, "webp": WEBP}
REGIONS: Final = ("center", "top", "bottom", "left", "right")


class Wish(msgspec.Struct, frozen=True):
    """How a picture is wanted: at most so many pixels, 0 for any; the region that stays when it is cut; a format.

    Cut means exactly that shape: without a region the whole picture is fitted in. Nothing is ever made larger.
    """

    width: int = 0
    height: int = 0
    crop: str = ""
    format: str = ""

    @property
    def is_plain(self) -> bool:
        """Nothing is wished: the original will do."""
        return not (self.width or self.height or self.format)


def drawn_as(name: str, wish: Wish, accepted: str) -> Format | None:
    """The format in which a picture of that name is drawn for a client that accepts this; None: it is not drawn."""
    original = RASTER.get(ending_of(name))
    if original is None:
        return None
    if wish.format:
        return FORMATS[wish.format]
    if "image/webp" in accepted:
        return WEBP
    return JPEG if original is JPEG else PNG


def render(content: bytes, original: Format, wish: Wish, form: Format) -> bytes | None:
    """The rendition's bytes; None for what is shown as it is: it moves. Takes its time: not for the event loop.

    Raises BrokenPicture, TooManyPixels.
    """
    from PIL.Image import Resampling

    with opened(content, original) as picture:
        if original is not JPEG and getattr(picture, "is_animated", False):
            return None
        before = picture.size
        box, size = region_of(before, wish)
        if original is JPEG:  # decoded at a half, a quarter or an eighth, where that is enough
            part = (box[2] - box[0], box[3] - box[1])
            picture.draft(None, (ceil(before[0] * size[0] / part[0]), ceil(before[1] * size[1] / part[1])))
        icc = picture.info.get("icc_profile")
        shown = plain(picture)
        across, down = shown.width / before[0], shown.height / before[1]
        where = (box[0] * across, box[1] * down, min(box[2] * across, shown.width), min(box[3] * down, shown.height))
        shown = shown.resize(size, Resampling.LANCZOS, where, 2.0)  # pyright: ignore[reportUnknownMemberType]
        return _encoded(shown, form, icc)


def region_of(size: tuple[int, int], wish: Wish) -> tuple[tuple[float, float, float, float], tuple[int, int]]:
    """The part of an original that is shown (left, top, right, bottom) and how large it becomes."""
    width, height = size
    if not (wish.crop and wish.width and wish.height):
        scale = min(1.0, wish.width / width if wish.width else 1.0, wish.height / height if wish.height else 1.0)
        return (0, 0, width, height), (max(1, round(width * scale)), max(1, round(height * scale)))
    shrunk = min(1.0, width / wish.width, height / wish.height)
    target = max(1, round(wish.width * shrunk)), max(1, round(wish.height * shrunk))
    ratio = wish.width / wish.height
    part = (width, width / ratio) if width / height < ratio else (height * ratio, height)
    part = min(part[0], width), min(part[1], height)
    left = {"left": 0.0, "right": width - part[0]}.get(wish.crop, (width - part[0]) / 2)
    top = {"top": 0.0, "bottom": height - part[1]}.get(wish.crop, (height - part[1]) / 2)
    return (left, top, left + part[0], top + part[1]), target


def _encoded(picture: "Image", form: Format, icc: bytes | None) -> bytes:
    import PIL.Image

    options: dict[str, Any] = {"quality": 80, "method": 4}
    if form is JPEG:
        options = {"quality": 82, "optimize": True, "progressive": True}
        if picture.mode == "RGBA":
            ground = PIL.Image.new("RGB", picture.size, "white")
            ground.paste(picture, mask=picture.getchannel("A"))
            picture = ground
    elif form is PNG:
        options = {}
    buffer = BytesIO()
    picture.save(buffer, DECODERS[form.ending], icc_profile=icc, **options)
    return buffer.getvalue()
