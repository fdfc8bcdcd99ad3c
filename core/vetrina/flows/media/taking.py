"""A file that came in, to what is kept of it: told by its content, cleaned, measured, stored under its own name."""

import asyncio

from vetrina.flows.media.storing import keep_file
from vetrina.kernel.context import Context
from vetrina.kernel.media.addresses import own_name
from vetrina.kernel.media.films import size_of_video
from vetrina.kernel.media.formats import Format
from vetrina.kernel.media.pictures import take_in
from vetrina.kernel.media.workbench import at_bench
from vetrina.kernel.texts import line
from vetrina.shop.catalog.service import NewMedium
from vetrina.shop.media.rules import KINDS, NoPicture, checked_format

ALT_LIMIT = 512


async def taken_in(ctx: Context, content: bytes, *, alt: str | None, only_pictures: bool = False) -> NewMedium:
    """Check a file, clean it, and keep what is left; the medium it will be. Not inside a transaction.

    Raises UnknownFormat, FileTooLarge, NoPicture, BrokenPicture, TooManyPixels, BrokenVideo.
    """
    words = checked_alt(alt)
    form = checked_format(content)
    if only_pictures and form.nature != "image":
        raise NoPicture(field=("file",))
    if form.nature == "image":
        picture = await at_bench(take_in, content, form)
        kept = await _kept(ctx, picture.content, picture.format, words)
        return _sized(kept, picture.width, picture.height, picture.thumbhash)
    size = await asyncio.to_thread(size_of_video, content, form) if form.nature == "video" else None
    kept = await _kept(ctx, content, form, words)
    return _sized(kept, *size) if size else kept


def checked_alt(alt: str | None) -> str | None:
    """What a medium shows, in words; nothing where it is empty. Raises BadInput."""
    return line(alt, field=("alt",), limit=ALT_LIMIT) or None if alt is not None else None


async def _kept(ctx: Context, content: bytes, form: Format, alt: str | None) -> NewMedium:
    name = await asyncio.to_thread(own_name, content, form.ending)
    await keep_file(ctx, name, content, form.mime_type)
    return NewMedium(kind=KINDS[form.nature].value, url=name, alt=alt, mime_type=form.mime_type, size=len(content))


def _sized(medium: NewMedium, width: int, height: int, thumbhash: str | None = None) -> NewMedium:
    return NewMedium(
        kind=medium.kind,
        url=medium.url,
        alt=medium.alt,
        width=width,
        height=height,
        thumbhash=thumbhash,
        mime_type=medium.mime_type,
        size=medium.size,
    )
