"""Media on the storefront: every kind with all of its fields, and addresses that are drawn exactly as wished."""

from pathlib import Path
from urllib.parse import urlsplit

import pytest
from PIL import Image
from tests.support.pictures import drawn, film, model

from vetrina.flows.catalog import ImageSheet
from vetrina.flows.media import add_external_video, describe_media, upload_media, upload_to_product
from vetrina.testing import Workshop
from vetrina.testing.shop import Unanswered

pytestmark = pytest.mark.embedded
PICTURE = "{ url altText width height thumbhash }"
KINDS = f"""
  __typename alt mediaContentType previewImage {PICTURE} presentation {{ id }}
  ... on Node {{ id }}
  ... on MediaImage {{ image {PICTURE} }}
  ... on ExternalVideo {{ embedUrl embeddedUrl originUrl host }}
  ... on Video {{ sources {{ url mimeType format width height }} }}
  ... on Model3d {{ sources {{ url mimeType format filesize }} }}
"""
PRODUCT = f"""query ($handle: String!) {{ product(handle: $handle) {{
  featuredImage {{ width }} images(first: 9) {{ nodes {{ width }} }} media(first: 9) {{ nodes {{ {KINDS} }} }}
}} }}"""


async def test_every_kind_of_medium_is_answered_whole(shop: Workshop) -> None:
    made = await shop.product("Lamp", price="20.00")
    for url in ("https://youtu.be/dQw4w9WgXcQ?t=4", "https://player.vimeo.com/video/76979871"):
        await add_external_video(shop.ctx, made.product_id, url, alt="How it is made")
    clip = await upload_to_product(shop.ctx, made.product_id, film(), alt="Turning")
    shape = await upload_to_product(shop.ctx, made.product_id, model())
    await upload_to_product(shop.ctx, made.product_id, drawn(90, 60), alt="Lit")
    cover = await upload_media(shop.ctx, drawn(30, 20, "PNG"))
    await describe_media(shop.ctx, clip.media_id, preview_id=cover.media_id)

    product = (await shop.ask(PRODUCT, handle=made.handle))["product"]
    listed = await shop.ask(f"{{ products(first: 1) {{ nodes {{ media(first: 9) {{ nodes {{ {KINDS} }} }} }} }} }}")
    tube, vimeo, video, body, picture = product["media"]["nodes"]
    assert listed["products"]["nodes"][0]["media"]["nodes"] == product["media"]["nodes"]
    assert product["featuredImage"] == {"width": 90} and product["images"]["nodes"] == [{"width": 90}]
    assert [node["mediaContentType"] for node in product["media"]["nodes"]] == [
        "EXTERNAL_VIDEO", "EXTERNAL_VIDEO", "VIDEO", "MODEL_3D", "IMAGE",
    ]  # fmt: skip
    assert (tube["__typename"], tube["host"], tube["alt"]) == ("ExternalVideo", "YOUTUBE", "How it is made")
    assert tube["originUrl"] == "https://www.youtube.com/watch?v=dQw4w9WgXcQ" and tube["previewImage"] is None
    assert tube["embedUrl"] == tube["embeddedUrl"] == "https://www.youtube.com/embed/dQw4w9WgXcQ"
    assert (vimeo["host"], vimeo["embedUrl"]) == ("VIMEO", "https://player.vimeo.com/video/76979871")
    base = shop.ctx.shop.base_url
    assert video["sources"] == [
        {"url": f"{base}/media/{clip.address}", "mimeType": "video/mp4", "format": "mp4", "width": 640, "height": 360}
    ]
    assert (video["previewImage"]["width"], video["alt"]) == (30, "Turning")
    assert body["sources"] == [
        {"url": f"{base}/media/{shape.address}", "mimeType": "model/gltf-binary", "format": "glb", "filesize": 20}
    ]
    assert picture["image"] == picture["previewImage"] and picture["image"]["altText"] == "Lit"
    assert len(picture["image"]["thumbhash"]) > 20 and (picture["image"]["height"], picture["alt"]) == (60, "Lit")

    sheet = await upload_media(shop.ctx, b"%PDF-1.7 care instructions", alt="Care")
    file = f"gid://vetrina/GenericFile/{sheet.media_id}"
    asked = "... on GenericFile { alt mimeType originalFileSize url previewImage { url } }"
    ids = [file, *(node["id"] for node in product["media"]["nodes"]), f"gid://vetrina/MediaImage/{clip.media_id}"]
    nodes = (await shop.ask(f"query ($ids: [ID!]!) {{ nodes(ids: $ids) {{ __typename {asked} }} }}", ids=ids))["nodes"]
    assert [node and node["__typename"] for node in nodes] == [
        "GenericFile", "ExternalVideo", "ExternalVideo", "Video", "Model3d", "MediaImage", None,
    ]  # fmt: skip
    assert (nodes[0]["mimeType"], nodes[0]["originalFileSize"], nodes[0]["alt"]) == ("application/pdf", 26, "Care")


async def test_an_address_is_drawn_as_it_was_asked_for(shop: Workshop) -> None:
    made = await shop.product("Lamp", price="20.00")
    await upload_to_product(shop.ctx, made.product_id, drawn(900, 600))
    answer = await shop.ask(
        """query ($handle: String!) { product(handle: $handle) { featuredImage {
          plain: url
          same: url(transform: {})
          large: url(transform: { maxWidth: 2000 })
          small: url(transform: { maxWidth: 333, preferredContentType: WEBP })
          twice: url(transform: { maxWidth: 100, maxHeight: 50, crop: TOP, scale: 2 })
          png: url(transform: { preferredContentType: PNG })
          old: transformedSrc(maxHeight: 100)
          src originalSrc
        } } }""",
        handle=made.handle,
    )
    found = answer["product"]["featuredImage"]
    assert found["plain"] == found["same"] == found["large"] == found["src"] == found["originalSrc"]
    for name, size, form in (
        ("plain", (900, 600), "JPEG"),
        ("small", (333, 222), "WEBP"),
        ("twice", (200, 100), "JPEG"),
        ("png", (900, 600), "PNG"),
        ("old", (150, 100), "JPEG"),
    ):
        parts = urlsplit(str(found[name]))
        drawing = await shop.client.get(f"{parts.path}?{parts.query}")
        path = Path(shop.ctx.shop.media.folder) / "drawing"
        path.write_bytes(drawing.content)
        with Image.open(path) as shown:
            assert (shown.size, shown.format) == (size, form), name


async def test_pictures_that_are_not_ours_are_left_as_they_are(shop: Workshop) -> None:
    wish = "featuredImage { url(transform: { maxWidth: 10, preferredContentType: WEBP }) }"
    for url in ("https://cdn.example.org/a.jpg?v=1", "/a.jpg", "demo/a.svg"):
        made = await shop.product(url, images=(ImageSheet(url=url),))
        found = (await shop.ask(f"query ($h: String!) {{ product(handle: $h) {{ {wish} }} }}", h=made.handle))[
            "product"
        ]
        assert "&s=" not in found["featuredImage"]["url"] and found["featuredImage"]["url"].endswith(url)


@pytest.mark.parametrize("odd", ["maxWidth: 0", "maxWidth: 5761", "maxHeight: -1", "maxWidth: 5, scale: 4"])
async def test_a_wish_that_cannot_be_is_refused_by_name(shop: Workshop, odd: str) -> None:
    made = await shop.product("Lamp", price="20.00")
    await upload_to_product(shop.ctx, made.product_id, drawn())
    document = f"query ($h: String!) {{ product(handle: $h) {{ featuredImage {{ url(transform: {{ {odd} }}) }} }} }}"
    with pytest.raises(Unanswered, match="is between 1 and"):
        await shop.ask(document, h=made.handle)
