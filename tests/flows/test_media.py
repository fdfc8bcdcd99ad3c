"""Media flows: what comes in is kept once and told, what a product shows stays in order, storages are tried in turn."""

from collections.abc import Callable
from pathlib import Path

import httpx
import msgspec
import pytest
from sqlalchemy import func, select
from tests.support.pictures import bomb, burdened, drawn, film, model

from vetrina.flows.catalog import (
    CollectionSheet,
    ImageSheet,
    ProductChanges,
    VariantChanges,
    archive_product,
    create_collection,
    edit_product,
    edit_variant,
)
from vetrina.flows.media import (
    add_external_video,
    arrange_media,
    describe_media,
    fetch_pictures,
    outside_video,
    read_file,
    remove_media,
    show_media,
    upload_media,
    upload_to_product,
)
from vetrina.kernel.clock import Clock
from vetrina.kernel.context import Actor, Context
from vetrina.kernel.errors import NotAllowed, NotFound, Refusal
from vetrina.kernel.media.films import BrokenVideo
from vetrina.kernel.media.pictures import BrokenPicture, TooManyPixels
from vetrina.kernel.media.room import MediaRoom
from vetrina.kernel.meters import Meters
from vetrina.kernel.outgoing import Outgoing
from vetrina.kernel.registry import PortFailed, Ports, Provided
from vetrina.ports import MediaStorage, Piece
from vetrina.shop.catalog.models import Media, ProductMedia
from vetrina.shop.media.rules import (
    FileTooLarge,
    NoPicture,
    NotItsMedia,
    TooManyMedia,
    UnknownFormat,
    UnknownVideoHost,
)
from vetrina.testing.making import make_product
from vetrina.views.catalog.collections import collections_by_id
from vetrina.views.media import MediaOrder, MediaRow, all_media_of, media_by_id, media_of, media_of_variants
from vetrina.views.windows import Window

ALL = Window(size=50)


@pytest.fixture
def ctx(ctx: Context, tmp_path: Path) -> Context:
    """The shop with a folder of this test's own."""
    return with_shop(ctx, media=MediaRoom(str(tmp_path / "media")))


def with_shop(ctx: Context, **changed: object) -> Context:
    return msgspec.structs.replace(ctx, shop=msgspec.structs.replace(ctx.shop, **changed))


async def shown(ctx: Context, product_id: int) -> list[str]:
    found = await all_media_of(ctx, [product_id], MediaOrder.POSITION, ALL)
    return [placed.row.address for placed in found.get(product_id, [])]


async def test_a_gallery_stays_in_order_whatever_is_done_to_it(ctx: Context) -> None:
    made = await make_product(ctx, "Lamp", price="9.00")
    key = made.product_id
    clip = await upload_to_product(ctx, key, film())
    lit = await upload_to_product(ctx, key, burdened(), alt=" Lit ")
    tube = await add_external_video(ctx, key, "http://www.youtube.com/shorts/dQw4w9WgXcQ")
    dark = await upload_media(ctx, drawn(30, 20, "PNG"))
    await show_media(ctx, key, [dark.media_id, lit.media_id])
    assert await shown(ctx, key) == [clip.address, lit.address, tube.address, dark.address]
    assert (await upload_to_product(ctx, key, burdened())).is_new is False
    pictures = (await media_of(ctx, [key], MediaOrder.POSITION, ALL))[key]
    assert [placed.row.address for placed in pictures] == [lit.address, dark.address]
    assert pictures[0].row == MediaRow(lit.media_id, lit.address, "Lit", 40, 60, pictures[0].row.thumbhash)
    assert (await media_of_variants(ctx, list(made.variant_ids)))[made.variant_ids[0]].id == lit.media_id

    await edit_variant(ctx, made.variant_ids[0], VariantChanges(image=dark.address))
    assert (await media_of_variants(ctx, list(made.variant_ids)))[made.variant_ids[0]].id == dark.media_id
    order = [dark.media_id, tube.media_id, clip.media_id, lit.media_id]
    await arrange_media(ctx, key, order)
    await arrange_media(ctx, key, order)
    assert await shown(ctx, key) == [dark.address, tube.address, clip.address, lit.address]
    images = (ImageSheet(url=lit.address, alt="On"), ImageSheet(url="https://cdn.test/a.jpg"))
    await edit_product(ctx, key, ProductChanges(images=images))
    assert await shown(ctx, key) == [lit.address, "https://cdn.test/a.jpg", tube.address, clip.address]
    known = (await media_of(ctx, [key], MediaOrder.POSITION, ALL))[key][0].row
    assert (known.alt, known.width, known.height) == ("On", 40, 60) and known.thumbhash, "what was measured stays"
    await describe_media(ctx, clip.media_id, alt="Turning", preview_id=lit.media_id)
    await remove_media(ctx, key, [lit.media_id, 987_654])
    assert (await shown(ctx, key))[0] == "https://cdn.test/a.jpg"
    shelf = await create_collection(ctx, CollectionSheet(title="Lamps", image=ImageSheet(url=lit.address, alt="Lit")))
    other = await make_product(ctx, "Copy", price="9.00", images=(ImageSheet(url=dark.address),))
    copied = (await media_of(ctx, [other.product_id], MediaOrder.POSITION, ALL))[other.product_id][0].row
    cover = (await collections_by_id(ctx, [shelf.collection_id]))[shelf.collection_id].image_id or 0
    assert (copied.width, copied.height) == (30, 20) and copied.thumbhash, "a file is known by its address"
    assert (await media_by_id(ctx, [cover]))[cover].width == 40
    assert await read_file(ctx, lit.address, 0, 10) is not None, "a file stays: others may show it"
    with pytest.raises(NotItsMedia):
        await arrange_media(ctx, key, [tube.media_id])
    with pytest.raises(NotFound):
        await show_media(ctx, key, [987_654])
    with pytest.raises(NoPicture):
        await describe_media(ctx, lit.media_id, preview_id=dark.media_id)
    await archive_product(ctx, key)
    with pytest.raises(Refusal):
        await remove_media(ctx, key, [tube.media_id])


async def test_what_is_refused_leaves_nothing_behind(ctx: Context, monkeypatch: pytest.MonkeyPatch) -> None:
    made = await make_product(ctx, "Lamp", price="9.00")
    lying = b"\xff\xd8\xff<script>alert(1)</script>"
    refused: list[tuple[bytes, type[Refusal]]] = [
        (b"<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>", UnknownFormat), (b"MZ\x90", UnknownFormat),
        (lying, BrokenPicture), (bomb(), TooManyPixels), (film()[:80], BrokenVideo),
        (b"\x89PNG\r\n\x1a\n" + bytes(20_000_001), FileTooLarge), (b"%PDF-1.7", Refusal),
    ]  # fmt: skip
    for content, kind in refused:
        with pytest.raises(kind) as caught:
            await upload_to_product(ctx, made.product_id, content)
        assert caught.value.field == ("file",)
    guest = msgspec.structs.replace(ctx, actor=Actor("staff", 1, "eva", frozenset(["catalog.read"])))
    for attempt in (
        lambda: upload_media(guest, drawn()),
        lambda: add_external_video(guest, made.product_id, "https://vimeo.com/1"),
        lambda: remove_media(guest, made.product_id, [1]),
        lambda: arrange_media(guest, made.product_id, []),
        lambda: show_media(guest, made.product_id, []),
        lambda: describe_media(guest, 1, alt=""),
    ):
        with pytest.raises(NotAllowed):
            await attempt()
    with pytest.raises(NotFound):
        await upload_to_product(ctx, 987_654, drawn())
    monkeypatch.setattr("vetrina.flows.media.galleries.MOST_MEDIA", 1)
    await upload_to_product(ctx, made.product_id, model())
    with pytest.raises(TooManyMedia):
        await upload_to_product(ctx, made.product_id, drawn())
    assert await ctx.db.value(select(func.count()).select_from(Media)) == 1
    assert await ctx.db.value(select(func.count()).select_from(ProductMedia)) == 1


@pytest.mark.embedded
async def test_only_two_hosts_may_be_embedded() -> None:
    video = "dQw4w9WgXcQ"
    for url in (
        f"https://www.youtube.com/watch?v={video}&t=3",
        f"https://youtu.be/{video}",
        f"https://m.youtube.com/embed/{video}",
        f" http://youtube-nocookie.com/embed/{video}?x=1 ",
    ):
        assert outside_video(url).page == f"https://www.youtube.com/watch?v={video}", url
    assert (
        outside_video("https://player.vimeo.com/video/76979871?h=1").player == "https://player.vimeo.com/video/76979871"
    )
    for url in (
        "javascript:alert(1)", f"https://youtube.com.evil.test/watch?v={video}", f"https://evil.test/?v={video}",
        f"https://u:p@youtube.com/watch?v={video}", f"https://youtube.com:444/watch?v={video}", "https://vimeo.com/x",
        "https://www.youtube.com/watch?v=%22onload%3D", "https://[::1", "", f"//youtube.com/watch?v={video}",
    ):  # fmt: skip
        with pytest.raises(UnknownVideoHost):
            outside_video(url)


class Attic(MediaStorage):
    """A storage in memory that can be silent."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}
        self.is_silent = False

    async def keep(self, ctx: Context, name: str, content: bytes, mime_type: str) -> None:
        self._speak()
        self.files[name] = content

    async def read(self, ctx: Context, name: str, first: int, most: int) -> Piece | None:
        self._speak()
        content = self.files.get(name)
        return None if content is None else Piece(content[first : first + most], first, len(content), "1")

    async def drop(self, ctx: Context, name: str) -> None:
        del self.files[name]

    async def locate(self, ctx: Context, name: str) -> str | None:
        return None

    def _speak(self) -> None:
        if self.is_silent:
            raise OSError("no answer")


async def test_new_files_go_to_the_first_storage_and_are_found_in_every_one(
    ctx: Context, clock: Clock, upstairs: Callable[[Context, Attic], Context]
) -> None:
    before = await upload_media(ctx, drawn())
    attic = Attic()
    ctx = upstairs(ctx, attic)
    after = await upload_media(ctx, drawn(form="PNG"))
    assert list(attic.files) == [after.address]
    for added in (before, after):
        piece = await read_file(ctx, added.address, 0, 4)
        assert piece is not None and len(piece.content) == 4 < piece.total
    assert await read_file(ctx, "../secret", 0, 9) is None and await read_file(ctx, "aa/none.jpg", 0, 9) is None
    attic.is_silent = True
    assert await read_file(ctx, before.address, 0, 4) is not None, "the own folder answers for itself"
    with pytest.raises(PortFailed):
        await read_file(ctx, after.address, 0, 4)
    with pytest.raises(PortFailed):
        await upload_media(ctx, model())
    assert await ctx.db.value(select(func.count()).select_from(Media)) == 2, "what is not kept is not promised"


@pytest.fixture
def upstairs(clock: Clock) -> Callable[[Context, Attic], Context]:
    """The shop with a plugin's storage before its own folder."""

    def serve(ctx: Context, attic: Attic) -> Context:
        return with_shop(ctx, ports=Ports([Provided(MediaStorage, "attic", "attic", attic)], Meters(clock)))

    return serve


async def test_foreign_pictures_become_our_own(ctx: Context) -> None:
    """Only what is a picture, whole, and somewhere that may be called."""
    answers = {
        "/a.jpg": httpx.Response(200, content=drawn(90, 60)),
        "/moved": httpx.Response(302, headers={"location": "https://cdn.test/a.jpg"}),
        "/inside": httpx.Response(302, headers={"location": "http://169.254.169.254/latest"}),
        "/page": httpx.Response(200, content=b"<html>"),
        "/gone": httpx.Response(404),
        "/film": httpx.Response(200, content=film()),
        "/large": httpx.Response(200, content=bytes(20_000_001)),
    }
    asked: list[str] = []

    def outside(request: httpx.Request) -> httpx.Response:
        asked.append(str(request.url))
        return answers[request.url.path]

    async def resolve(host: str, port: int) -> list[str]:
        return ["10.0.0.1"] if host == "erp.test" else ["93.184.215.14"]

    ctx = with_shop(ctx, outgoing=Outgoing(resolve=resolve, transport=httpx.MockTransport(outside)))
    urls = [*(f"https://cdn.test{path}" for path in answers), "https://erp.test/a.jpg", "own/b.png"]
    images = tuple(ImageSheet(url=url, alt=url) for url in urls)
    made = await make_product(ctx, "Lamp", price="9.00", images=images)
    assert (await fetch_pictures(ctx, most=1)).fetched == 1
    report = await fetch_pictures(ctx)
    assert report.fetched == 1 and [missed.address for missed in report.missed] == urls[2:8]
    assert all(missed.reason for missed in report.missed) and not any("10.0.0.1" in url for url in asked)
    found = await media_of(ctx, [made.product_id], MediaOrder.POSITION, ALL)
    rows = [placed.row for placed in found[made.product_id]]
    assert rows[0].address == rows[1].address and rows[0].alt == urls[0], "what two addresses held is kept once"
    assert (rows[0].width, rows[0].height, rows[8].address) == (90, 60, "own/b.png") and rows[0].thumbhash
    assert await read_file(ctx, rows[0].address, 0, 1) is not None
    guest = msgspec.structs.replace(ctx, actor=Actor("staff", 1, "eva", frozenset(["catalog.read"])))
    with pytest.raises(NotAllowed):
        await fetch_pictures(guest)
