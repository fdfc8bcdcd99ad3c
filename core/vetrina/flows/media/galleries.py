"""What a product shows: add pictures, videos and models, put them in order, describe them, take them away."""

from collections.abc import Sequence

import msgspec

from vetrina.flows.auditing import audited
from vetrina.flows.catalog.products import tell
from vetrina.flows.media.taking import checked_alt, taken_in
from vetrina.kernel.context import Context, once
from vetrina.kernel.db import Session
from vetrina.kernel.errors import BadInput
from vetrina.shop.catalog import service as catalog
from vetrina.shop.catalog.service import Edit, Medium, NewMedium
from vetrina.shop.media.rules import MOST_MEDIA, NoPicture, NotItsMedia, TooManyMedia, outside_video
from vetrina.vocabulary import MediaKind


class Added(msgspec.Struct, frozen=True):
    """A medium that was added; `is_new` is false where the product showed the same file already."""

    media_id: int
    address: str
    kind: str
    is_new: bool = True


@once
async def upload_media(ctx: Context, content: bytes, alt: str | None = None) -> Added:
    """Take in a file that nothing shows yet: for a collection, a metafield, a video's preview.

    Needs catalog.write. Raises what `taken_in` raises.
    """
    ctx.require("catalog.write")
    medium = await taken_in(ctx, content, alt=alt)
    async with ctx.tx() as session:
        media_id = await catalog.add_medium(session, medium, ctx.now())
        await audited(ctx, session, "media.uploaded", f"media:{media_id}", after=_told(medium))
        session.outcome = added = Added(media_id, medium.url, medium.kind)
    return added


@once
async def upload_to_product(ctx: Context, product_id: int, content: bytes, alt: str | None = None) -> Added:
    """Take in a file and show it behind what the product shows; the same file again stays where it is.

    Needs catalog.write. Raises what `taken_in` raises, NotFound, ProductIsArchived, TooManyMedia, and BadInput for a
    file that is nothing to look at.
    """
    ctx.require("catalog.write")
    medium = await taken_in(ctx, content, alt=alt)
    if medium.kind == MediaKind.FILE:
        raise BadInput(
            field=("file",),
            problem="A product shows pictures, videos and 3D models, and no documents.",
            reason="document",
        )
    return await _add(ctx, product_id, medium)


@once
async def add_external_video(ctx: Context, product_id: int, url: str, alt: str | None = None) -> Added:
    """Show a video of YouTube's or Vimeo's. Needs catalog.write. Nobody there is asked whether it exists.

    Raises UnknownVideoHost, NotFound, ProductIsArchived, TooManyMedia, BadInput.
    """
    ctx.require("catalog.write")
    page = outside_video(url).page
    return await _add(ctx, product_id, NewMedium(kind=MediaKind.EXTERNAL_VIDEO.value, url=page, alt=checked_alt(alt)))


@once
async def show_media(ctx: Context, product_id: int, media_ids: Sequence[int]) -> None:
    """Show media that are known already behind what the product shows; those it shows stay where they are.

    Needs catalog.write. Raises NotFound, ProductIsArchived, TooManyMedia, and BadInput for a document.
    """
    ctx.require("catalog.write")
    wanted = _few(media_ids)
    async with ctx.tx() as session:
        product = await catalog.editable(session, product_id)
        standing = await catalog.gallery_of(session, product_id)
        known = {medium.id for medium in standing}
        added = [medium for medium in await catalog.media_named(session, wanted) if medium.id not in known]
        if any(medium.kind == MediaKind.FILE for medium in added):
            raise BadInput(
                field=("media_ids",), problem="A document is nothing that a product shows.", reason="document"
            )
        _check_count(len(standing) + len(added))
        await catalog.show(session, product_id, [_place(medium) for medium in added])
        await _tell(ctx, session, "product.media_added", product_id, product.handle, [one.id for one in added])


@once
async def arrange_media(ctx: Context, product_id: int, media_ids: Sequence[int]) -> None:
    """Put a product's media in this order: all of them, each once. Needs catalog.write.

    Raises NotItsMedia, NotFound, ProductIsArchived.
    """
    ctx.require("catalog.write")
    wanted = _few(media_ids)
    async with ctx.tx() as session:
        product = await catalog.editable(session, product_id)
        standing = {medium.id: medium for medium in await catalog.gallery_of(session, product_id)}
        if len(wanted) != len(media_ids) or set(wanted) != set(standing):
            raise NotItsMedia(field=("media_ids",))
        if wanted != list(standing):
            await catalog.arrange_gallery(session, product_id, [_place(standing[one]) for one in wanted])
            await _tell(ctx, session, "product.media_arranged", product_id, product.handle, wanted)


@once
async def remove_media(ctx: Context, product_id: int, media_ids: Sequence[int]) -> None:
    """Show some of a product's media no longer; variants that had one of them as theirs show the product's first.

    The files stay: past orders and other products may show them. Needs catalog.write. What is not shown is gone
    already. Raises NotFound, ProductIsArchived.
    """
    ctx.require("catalog.write")
    gone = set(_few(media_ids))
    async with ctx.tx() as session:
        product = await catalog.editable(session, product_id)
        standing = await catalog.gallery_of(session, product_id)
        left = [medium for medium in standing if medium.id not in gone]
        if len(left) < len(standing):
            await catalog.arrange_gallery(session, product_id, [_place(medium) for medium in left])
            await _tell(ctx, session, "product.media_removed", product_id, product.handle, sorted(gone))


@once
async def describe_media(ctx: Context, media_id: int, alt: str | None = None, preview_id: int | None = None) -> None:
    """Say what a medium shows, an empty text says nothing; and which picture stands for it, if it is none itself.

    What is None stays. Needs catalog.write. Raises NotFound, NoPicture, BadInput.
    """
    ctx.require("catalog.write")
    columns: dict[str, str | int | None] = {} if alt is None else {"alt": checked_alt(alt)}
    async with ctx.tx() as session:
        (medium,) = await catalog.media_named(session, [media_id])
        if preview_id is not None:
            (preview,) = await catalog.media_named(session, [preview_id])
            if preview.kind != MediaKind.IMAGE or medium.kind == MediaKind.IMAGE:
                raise NoPicture(field=("preview_id",))
            columns["preview_id"] = preview_id
        if columns and columns != {"alt": medium.alt}:
            await catalog.describe(session, media_id, **columns)
            before = {"alt": medium.alt}
            await audited(ctx, session, "media.described", f"media:{media_id}", before=before, after=columns)


async def _add(ctx: Context, product_id: int, medium: NewMedium) -> Added:
    async with ctx.tx() as session:
        product = await catalog.editable(session, product_id)
        standing = await catalog.gallery_of(session, product_id)
        same = next((one for one in standing if one.url == medium.url), None)
        if same is not None:
            session.outcome = Added(same.id, same.url, same.kind, is_new=False)
            return session.outcome
        _check_count(len(standing) + 1)
        media_id = await catalog.add_medium(session, medium, ctx.now())
        await catalog.show(session, product_id, [(media_id, medium.kind == MediaKind.IMAGE)])
        await _tell(ctx, session, "product.media_added", product_id, product.handle, [media_id])
        session.outcome = added = Added(media_id, medium.url, medium.kind)
    return added


async def _tell(
    ctx: Context, session: Session, action: str, product_id: int, handle: str, media_ids: Sequence[int]
) -> None:
    if media_ids:
        await catalog.set_columns(session, product_id, updated_at=ctx.now())
        await tell(ctx, session, action, product_id, Edit(handle, {}, {"media": list(media_ids)}))


def _place(medium: Medium) -> tuple[int, bool]:
    return medium.id, medium.kind == MediaKind.IMAGE


def _few(media_ids: Sequence[int]) -> list[int]:
    if len(media_ids) > MOST_MEDIA:
        raise TooManyMedia(field=("media_ids",), most=MOST_MEDIA)
    return list(dict.fromkeys(media_ids))


def _check_count(count: int) -> None:
    if count > MOST_MEDIA:
        raise TooManyMedia(field=("media_ids",), most=MOST_MEDIA)


def _told(medium: NewMedium) -> dict[str, object]:
    return {"kind": medium.kind, "address": medium.url, "size": medium.size}
