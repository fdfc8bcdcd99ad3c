"""Media over the admin API: files by POST with a token, then shown, arranged, described and removed by mutations."""

from typing import Any

import pytest
from tests.support.pictures import drawn, film

from vetrina.testing import Workshop

pytestmark = pytest.mark.embedded
MEDIA = "media { id kind alt url width height thumbhash previewImage { id } } "
ERRORS = "userErrors { code field message }"


async def send(shop: Workshop, content: bytes, token: str | None = None, **query: str) -> Any:
    headers = {"authorization": f"Bearer {token or await shop.token('catalog.write')}"}
    return await shop.client.post("/admin/media", content=content, params=query, headers=headers)


async def test_files_come_by_post_and_are_shown_by_mutations(shop: Workshop) -> None:
    made = await shop.product("Lamp", price="9.00")
    product = f"gid://vetrina/Product/{made.product_id}"
    first = await send(shop, drawn(400, 300), productId=product, alt="Lit")
    assert (first.status_code, first.json()["isNew"], first.json()["width"]) == (201, True, 400)
    assert first.json()["id"].startswith("gid://vetrina/MediaImage/") and first.json()["url"].startswith("https://")
    again = await send(shop, drawn(400, 300), productId=product)
    assert again.json() == {**first.json(), "isNew": False}
    clip, cover = (await send(shop, film())).json()["id"], (await send(shop, drawn(form="PNG"))).json()["id"]

    async def change(field: str, arguments: str, **variables: Any) -> Any:
        names = {"product": "ID!", "ids": "[ID!]!", "id": "ID!", "preview": "ID"}
        head = ", ".join(f"${name}: {names[name]}" for name in variables)
        wanted = (
            f"medium {{ id alt previewImage {{ id }} }} {ERRORS}"
            if field == "mediumUpdate"
            else (f"product {{ {MEDIA} }} {ERRORS}")
        )
        document = f"mutation ({head}) {{ {field}({arguments}) {{ {wanted} }} }}"
        return (await shop.ask_admin(document, **variables))[field]

    both = "id: $product, mediaIds: $ids"
    shown = await change("productMediaAdd", both, product=product, ids=[clip, clip, first.json()["id"]])
    assert [medium["id"] for medium in shown["product"]["media"]] == [first.json()["id"], clip]
    assert shown["product"]["media"][0]["kind"] == "IMAGE" and shown["product"]["media"][1]["width"] == 640
    shown = await change("productVideoAdd", 'id: $product, url: "https://vimeo.com/76979871"', product=product)
    tube = shown["product"]["media"][2]["id"]
    order = [tube, clip, first.json()["id"]]
    shown = await change("productMediaArrange", both, product=product, ids=order)
    assert [medium["id"] for medium in shown["product"]["media"]] == order
    told = await change("mediumUpdate", 'id: $id, alt: " Turning ", previewId: $preview', id=clip, preview=cover)
    assert told["medium"] == {"id": clip, "alt": "Turning", "previewImage": {"id": cover}}
    shown = await change("productMediaRemove", both, product=product, ids=[tube, tube])
    assert [medium["id"] for medium in shown["product"]["media"]] == order[1:]

    for field, arguments, variables, code, path in (
        ("productMediaArrange", both, {"ids": order[1:2]}, "MEDIA_NOT_ITS_OWN", ["mediaIds"]),
        ("productMediaArrange", both, {"ids": [clip, clip]}, "MEDIA_NOT_ITS_OWN", ["mediaIds"]),
        ("productMediaAdd", both, {"ids": ["gid://vetrina/MediaImage/987654"]}, "NOT_FOUND", None),
        ("productMediaAdd", both, {"ids": [product]}, "BAD_USER_INPUT", None),
        ("productVideoAdd", 'id: $product, url: "https://x.test/1"', {}, "MEDIA_UNKNOWN_HOST", ["url"]),
    ):
        refused = (await change(field, arguments, product=product, **variables))["userErrors"]
        assert [error["code"] for error in refused] == [code] and path in (None, refused[0]["field"]), field
    wrong = await change("mediumUpdate", "id: $id, previewId: $preview", id=cover, preview=clip)
    assert wrong["userErrors"][0]["code"] == "MEDIA_NO_PICTURE"


async def test_a_file_needs_a_token_that_may_and_a_content_that_is(shop: Workshop) -> None:
    picture, may_read = drawn(), await shop.token("catalog.read")
    nobody = await shop.client.post("/admin/media", content=picture)
    assert (nobody.status_code, nobody.json()["code"]) == (401, "UNAUTHENTICATED")
    with_cookie = await shop.client.post("/admin/media", content=picture, headers={"cookie": "session=x"})
    assert with_cookie.status_code == 401, "no cookie opens it"
    assert (await send(shop, picture, may_read)).json()["code"] == "FORBIDDEN"
    for content, code in (
        (b"<svg/>", "MEDIA_UNKNOWN_FORMAT"),
        (b"", "MEDIA_UNKNOWN_FORMAT"),
        (picture[:99], "MEDIA_BROKEN"),
    ):
        answer = await send(shop, content)
        assert (answer.status_code, answer.json()["code"]) == (400, code)
    odd = {"productId": "gid://vetrina/Product/987654"}
    assert (await send(shop, picture, **odd)).json()["code"] == "NOT_FOUND"
    assert (await send(shop, picture, alt="x" * 600)).json()["code"] == "BAD_USER_INPUT"
    assert (await send(shop, b"\xff\xd8\xff" + bytes(20_000_001))).json()["code"] == "MEDIA_TOO_LARGE"
