"""What a product shows: uploaded, put in order, described and taken away, by forms that need no script."""

import msgspec

from vetrina.flows.media import (
    add_external_video,
    arrange_media,
    describe_media,
    remove_media,
    upload_to_product,
)
from vetrina.kernel.errors import NotFound, Refusal
from vetrina.views.media import AnyMedia, ExternalVideoRow, MediaOrder, MediaRow, all_media_of
from vetrina.views.windows import Window
from vetrina_admin.pages.answers import Answer, see_other
from vetrina_admin.pages.forms import Form
from vetrina_admin.pages.pictures import picture_path, small_path
from vetrina_admin.pages.refusals import told
from vetrina_admin.pages.screens import action
from vetrina_admin.pages.visits import Visit

SHOWN = 250
"""A product has no more."""
SIDE = 400
"""Pixels of what is shown, on screens of every density."""
_WORDS = {"Video": "video", "ExternalVideo": "external_video", "Model3d": "model"}


class ShownMedium(msgspec.Struct, frozen=True):
    """A medium in the gallery: the picture that stands for it, where it is as a whole, and what kind it is."""

    id: int
    alt: str
    small: str
    whole: str
    kind: str
    """Empty for a picture."""
    size: str


async def shown_media(visit: Visit, product_id: int) -> list[ShownMedium]:
    """Everything a product shows, in order; one statement."""
    found = await all_media_of(visit.ctx, [product_id], MediaOrder.POSITION, Window(size=SHOWN))
    return [_shown(placed.row) for placed in found.get(product_id, [])[:SHOWN]]


async def upload(visit: Visit, form: Form) -> Answer:
    """Take in every file that was chosen; what is wrong with one is said, and keeps the others from nothing."""
    product_id, added = visit.number("product"), 0
    problems: list[str] = []
    for file in form.files:
        try:
            added += (await upload_to_product(visit.ctx, product_id, file.content)).is_new
        except NotFound:
            raise
        except Refusal as refusal:
            problems.append(f"{file.name}: {told(visit.say, refusal)}")
    if not form.files:
        visit.tell("products.media_none_chosen", "warning")
    elif added:
        visit.tell("products.media_added", count=added)
    elif not problems:
        visit.tell("products.media_known", "neutral")
    for problem in problems[:2]:
        visit.tell_text(problem, "bad")
    return _back(visit)


async def add_video(visit: Visit, form: Form) -> Answer:
    """Show a video that is on YouTube or Vimeo."""
    try:
        await add_external_video(visit.ctx, visit.number("product"), form.get("url"))
    except NotFound:
        raise
    except Refusal as refusal:
        visit.tell_text(told(visit.say, refusal), "bad")
    else:
        visit.tell("products.media_added", count=1)
    return _back(visit)


async def save(visit: Visit, form: Form) -> Answer:
    """What a medium shows, in words."""
    await describe_media(visit.ctx, await _medium(visit), alt=form.get("alt"))
    visit.tell("products.media_saved")
    return _back(visit)


async def move(visit: Visit, form: Form) -> Answer:
    """A place earlier or later, or to the front; at the end of the row it stays where it is."""
    product_id, medium = visit.number("product"), await _medium(visit)
    order = [shown.id for shown in await shown_media(visit, product_id)]
    at = order.index(medium)
    to = {"first": 0, "earlier": max(0, at - 1), "later": at + 1}.get(form.get("to"), at)
    order.insert(to, order.pop(at))
    await arrange_media(visit.ctx, product_id, order)
    return _back(visit)


async def remove(visit: Visit, _: Form) -> Answer:
    """Show a medium no longer."""
    await remove_media(visit.ctx, visit.number("product"), [visit.number("medium")])
    visit.tell("products.media_removed")
    return _back(visit)


async def _medium(visit: Visit) -> int:
    """The medium of the address, if the product shows it. Raises NotFound."""
    medium = visit.number("medium")
    if all(shown.id != medium for shown in await shown_media(visit, visit.number("product"))):
        raise NotFound(what="The picture")
    return medium


def _shown(row: AnyMedia) -> ShownMedium:
    picture = row if isinstance(row, MediaRow) else row.preview
    whole = row.address if isinstance(row, ExternalVideoRow) else picture_path(row.address)
    return ShownMedium(
        id=row.id,
        alt=row.alt or "",
        small=small_path(picture.address, SIDE) if picture is not None else "",
        whole=whole,
        kind=_WORDS.get(row.type_name, ""),
        size=f"{row.width} × {row.height}" if row.width and row.height else "",
    )


def _back(visit: Visit) -> Answer:
    return see_other(visit, f"/admin/products/{visit.number('product')}#pictures-heading")


_HERE = "/products/{product:int}/media"
SCREENS = (
    action(_HERE, "catalog.write", upload, takes_files=True),
    action(f"{_HERE}/video", "catalog.write", add_video),
    action(f"{_HERE}/{{medium:int}}", "catalog.write", save),
    action(f"{_HERE}/{{medium:int}}/move", "catalog.write", move),
    action(f"{_HERE}/{{medium:int}}/remove", "catalog.write", remove),
)
