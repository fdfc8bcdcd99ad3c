"""A product's pictures in the admin: uploaded by a form, ordered, described and removed; from our own pages alone."""

import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest
from tests.support.managers import Manager, signed_in
from tests.support.pictures import bomb, drawn, film

from vetrina.flows.catalog import archive_product
from vetrina.kernel.context import Context
from vetrina.kernel.media.room import MediaRoom
from vetrina.plugin import Site
from vetrina.testing.making import make_product
from vetrina.views.media import AnyMedia, MediaOrder, MediaRow, all_media_of
from vetrina.views.windows import Window

pytestmark = pytest.mark.embedded


@pytest.fixture
def ctx(ctx: Context, tmp_path: Path) -> Context:
    """The shop with a folder of this test's own."""
    shop = msgspec.structs.replace(ctx.shop, media=MediaRoom(str(tmp_path)))
    return msgspec.structs.replace(ctx, shop=shop)


@pytest.fixture
async def mara(ctx: Context, site: Site) -> AsyncIterator[Manager]:
    manager = await signed_in(ctx, site, "catalog.read", "catalog.write")
    yield manager
    await manager.client.aclose()


async def gallery(ctx: Context, product_id: int) -> list[AnyMedia]:
    found = await all_media_of(ctx, [product_id], MediaOrder.POSITION, Window(size=50))
    return [placed.row for placed in found.get(product_id, [])]


async def chosen(manager: Manager, path: str, files: dict[str, bytes], **headers: str) -> httpx.Response:
    """Send the form of the page the manager is at, with these files."""
    token = re.search(r'name="csrf_token" value="([0-9a-f]+)"', manager.page.html)
    assert token is not None
    parts: list[tuple[str, Any]] = [("files", (name, content, "image/png")) for name, content in files.items()]
    data = {"csrf_token": headers.pop("token", token[1])}
    return await manager.client.post(path, data=data, files=parts, headers=headers, follow_redirects=False)


async def test_pictures_are_uploaded_ordered_described_and_removed(ctx: Context, mara: Manager) -> None:
    made = await make_product(ctx, "Lamp", price="9.00")
    here = f"/admin/products/{made.product_id}"
    await mara.open(here)
    files = {
        "../../first.png": drawn(400, 300), "second.exe": drawn(form="PNG"), "clip.mp4": film(),
        "<b>x</b>.svg": b"<svg><script>alert(1)</script></svg>", "bomb.png": bomb(), "half.jpg": drawn()[:200],
    }  # fmt: skip
    answer = await chosen(mara, f"{here}/media", files)
    assert (answer.status_code, answer.headers["location"]) == (303, f"{here}#pictures-heading")
    await mara.open(here)
    html = mara.page.html
    assert "3 are added to the product" in mara.page.words and "This kind of file cannot be shown" in mara.page.words
    assert "<b>x</b>" not in html and "&lt;b&gt;x" in html
    first, second, clip = (row.id for row in await gallery(ctx, made.product_id))
    assert html.count("?width=400&amp;height=400&amp;crop=center") == 2 and ">Video<" in html

    for path, fields in (
        (f"{first}", {"alt": " A <lamp> "}),
        (f"{clip}/move", {"to": "first"}),
        (f"{second}/move", {"to": "earlier"}),
        (f"{second}/move", {"to": "nonsense"}),
        ("video", {"url": "https://youtu.be/dQw4w9WgXcQ"}),
        ("video", {"url": "https://youtu.be.evil.example/dQw4w9WgXcQ"}),
    ):
        await mara.send(f"{here}/media/{path}", **fields)
        assert mara.where == here, path
    assert "This is no address of a video" in mara.page.words
    rows = await gallery(ctx, made.product_id)
    assert [row.id for row in rows][:3] == [clip, second, first] and rows[2].alt == "A <lamp>"
    assert isinstance(rows[2], MediaRow) and (rows[2].width, rows[2].height) == (400, 300)
    assert 'alt="A &lt;lamp&gt;"' in mara.page.html and rows[3].address == "https://www.youtube.com/watch?v=dQw4w9WgXcQ"
    await mara.send(f"{here}/media/{clip}/remove")
    assert [row.id for row in await gallery(ctx, made.product_id)][:2] == [second, first]
    again = await chosen(mara, f"{here}/media", {"again.jpg": drawn(400, 300)})
    assert again.status_code == 303 and len(await gallery(ctx, made.product_id)) == 3
    await archive_product(ctx, made.product_id)
    await mara.open(here)
    assert "/media" not in "".join(form.action for form in mara.page.forms), "what is archived stays as it is"


async def test_only_our_own_form_brings_files(ctx: Context, site: Site, mara: Manager) -> None:
    made = await make_product(ctx, "Lamp", price="9.00")
    here = f"/admin/products/{made.product_id}"
    await mara.open(here)
    one = {"a.png": drawn(form="PNG")}
    attacks = (
        {"token": "0" * 32},
        {"token": ""},
        {"origin": "https://evil.example"},
        {"sec-fetch-site": "cross-site"},
        {"content-type": "text/plain"},
    )
    for headers in attacks:
        assert (await chosen(mara, f"{here}/media", one, **headers)).status_code == 403, headers
    assert (await chosen(mara, f"{here}/media/{10**30}/remove", {})).status_code in (403, 404)
    other = await signed_in(ctx, site, "catalog.read", email="piero@shop.test")
    await other.open(here)
    assert "enctype" not in other.page.html and "/media/" not in "".join(form.action for form in other.page.forms)
    assert (await chosen(other, f"{here}/media", one)).status_code == 403, "somebody who may look and no more"
    mara.client.cookies.clear()
    answer = await chosen(mara, f"{here}/media", one)
    assert (answer.status_code, answer.headers["location"][:14]) == (303, "/admin/sign-in")
    assert await gallery(ctx, made.product_id) == []
    await other.client.aclose()
