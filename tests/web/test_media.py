"""Media over HTTP: originals and renditions, what browsers may keep, and what strangers cannot make the shop do."""

from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from httpx import Response
from PIL import Image
from structlog.testing import capture_logs
from tests.support.pictures import bomb, drawn, film

from vetrina.flows.media import upload_media
from vetrina.graphql.pacing import Bucket
from vetrina.kernel.media.renditions import Wish
from vetrina.testing import Workshop
from vetrina.web import media as web_media

pytestmark = pytest.mark.embedded
WEBP = {"accept": "image/avif,image/webp,*/*"}


def folder(shop: Workshop) -> Path:
    return Path(shop.ctx.shop.media.folder)


def put(shop: Workshop, name: str, content: bytes) -> None:
    path = folder(shop) / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)


def seen(answer: Response) -> Any:
    assert answer.status_code == 200, answer.text
    return Image.open(BytesIO(answer.content))


def drawn_files(shop: Workshop) -> list[Path]:
    return [path for path in (folder(shop) / ".renditions").rglob("*") if path.is_file()]


async def test_an_upload_is_served_for_good_and_drawn_as_wished(shop: Workshop) -> None:
    added = await upload_media(shop.ctx, drawn(900, 600))
    here = f"/media/{added.address}"
    whole = await shop.client.get(here)
    assert seen(whole).size == (900, 600) and whole.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert "sandbox" in whole.headers["content-security-policy"]
    assert whole.headers["x-content-type-options"] == "nosniff"
    signer = shop.ctx.shop.media.signer
    exact = f"{here}?{signer.query(added.address, Wish(width=333, height=111, crop='left', format='png'))}"
    answer = await shop.client.get(exact)
    assert (seen(answer).size, answer.headers["content-type"]) == ((333, 111), "image/png")
    assert "vary" not in answer.headers and len(drawn_files(shop)) == 1
    again = await shop.client.get(exact, headers={"if-none-match": answer.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"") and again.headers["etag"] == answer.headers["etag"]
    for headers, kind in ((WEBP, "WEBP"), ({"accept": "*/*"}, "JPEG")):
        answer = await shop.client.get(f"{here}?width=380&height=380&crop=center", headers=headers)
        assert (seen(answer).size, seen(answer).format, answer.headers["vary"]) == ((400, 400), kind, "accept")
    changed = exact.replace("333", "334")
    assert seen(await shop.client.get(changed)).size == (400, 133), "what we have not signed comes from the ladder"
    assert seen(await shop.client.get(f"{here}?{'&'.join(exact.split('?')[1:])}&width=5000")).size == (900, 225)


async def test_paths_lead_to_no_other_file(shop: Workshop) -> None:
    folder(shop).mkdir(parents=True, exist_ok=True)
    (folder(shop).parent / "secret.txt").write_text("secret")
    put(shop, ".renditions/aa/bb", b"hidden")
    put(shop, "page.html", b"<script>alert(1)</script>")
    put(shop, "drawing.svg", b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>")
    odd = ("../secret.txt", "%2e%2e/secret.txt", "a/..%2f..%2fsecret.txt", ".renditions/aa/bb", "%5c..%5csecret.txt")
    for path in (*odd, "x%00.jpg", "", "a" * 2_000, "/etc/passwd"):
        answer = await shop.client.get(f"/media/{path}")
        assert answer.status_code in (404, 405) and "secret" not in answer.text, path
    page = await shop.client.get("/media/page.html")
    assert page.headers["content-type"] == "application/octet-stream"
    assert page.headers["content-disposition"] == "attachment" and "sandbox" in page.headers["content-security-policy"]
    drawing = await shop.client.get("/media/drawing.svg?width=100&format=png")
    assert drawing.headers["content-type"] == "image/svg+xml" and drawing.text.startswith("<svg")
    assert drawing.headers["content-security-policy"].startswith("default-src 'none'")
    assert not drawn_files(shop)[1:], "nothing was drawn"


async def test_a_picture_that_is_missing_or_broken_is_a_quick_404_said_once(shop: Workshop) -> None:
    put(shop, "old/broken.jpg", b"\xff\xd8\xff nonsense")
    put(shop, "old/bomb.png", bomb())
    put(shop, "old/lying.webp", drawn())
    with capture_logs() as logs:
        for name in ("old/broken.jpg", "old/bomb.png", "old/lying.webp", "old/missing.jpg"):
            for width in (100, 200, 300):
                answer = await shop.client.get(f"/media/{name}?width={width}")
                assert (answer.status_code, answer.headers["cache-control"]) == (404, "public, max-age=60"), name
        assert (await shop.client.get("/media/old/missing.png")).status_code == 404
    assert [entry["name"] for entry in logs if entry["event"] == "picture cannot be shown"] == [
        "old/broken.jpg", "old/bomb.png", "old/lying.webp", "old/missing.jpg",
    ]  # fmt: skip


async def test_strangers_cannot_keep_the_shop_drawing(shop: Workshop, monkeypatch: pytest.MonkeyPatch) -> None:
    content = drawn(900, 600)
    put(shop, "shirt.jpg", content)
    odd = ("width=99999999999999&height=-1&crop=<b>&format=exe", "x" * 5_000, "&".join(["width=1"] * 50), "%ff=%")
    for query in odd:
        assert (await shop.client.get(f"/media/shirt.jpg?{query}")).status_code == 200
    before = len(drawn_files(shop))
    for width in range(101, 201):
        await shop.client.get(f"/media/shirt.jpg?width={width}&height={width}&crop=top&s=0123456789abcdef")
    assert len(drawn_files(shop)) == before + 1, "a hundred sizes are one"

    class Empty(Bucket):
        def take(self, now: float) -> float:
            return 1.0

    monkeypatch.setattr(web_media, "Bucket", Empty)
    await shop.follow()
    late = await shop.client.get("/media/shirt.jpg?width=777")
    assert late.content == content and late.headers["cache-control"] == "public, max-age=60"
    known = await shop.client.get("/media/shirt.jpg?width=150&height=150&crop=top")
    assert known.headers["content-type"] == "image/jpeg" and known.content != content, "what was drawn is there"
    query = shop.ctx.shop.media.signer.query("shirt.jpg", Wish(width=777))
    assert seen(await shop.client.get(f"/media/shirt.jpg?{query}")).size == (777, 518), "ours is always drawn"


async def test_a_film_is_served_in_ranges_and_whole(shop: Workshop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(web_media, "AT_ONCE", 1_000)
    content = film() + bytes(range(256)) * 20
    added = await upload_media(shop.ctx, content)
    here = f"/media/{added.address}"
    whole = await shop.client.get(here)
    assert whole.content == content and whole.headers["content-length"] == str(len(content))
    assert (whole.headers["content-type"], whole.headers["accept-ranges"]) == ("video/mp4", "bytes")
    for asked, expected in (("bytes=10-19", content[10:20]), ("bytes=200-", content[200:1_200])):
        part = await shop.client.get(here, headers={"range": asked})
        first = content.index(expected)
        assert (part.status_code, part.content) == (206, expected), asked
        assert part.headers["content-range"] == f"bytes {first}-{first + len(expected) - 1}/{len(content)}"
    beyond = await shop.client.get(here, headers={"range": f"bytes={len(content)}-"})
    assert (beyond.status_code, beyond.headers["content-range"]) == (416, f"bytes */{len(content)}")
    for odd in ("bytes=5-1", "bytes=-5", "bytes=0-1,4-5", "pages=1-2"):
        assert (await shop.client.get(here, headers={"range": odd})).status_code == 200, odd
    assert (await shop.client.get(here, headers={"if-none-match": whole.headers["etag"]})).status_code == 304
