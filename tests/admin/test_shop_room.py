"""The shop's name and brand: written by form, shown by front ends, its pictures among their media."""

import io

import pytest
from PIL import Image
from tests.support.managers import signed_in
from tests.support.storefront import ask

from vetrina.flows.profile import Pair, Profile, edit_profile, set_brand_picture
from vetrina.kernel.context import Context
from vetrina.kernel.errors import BadInput, Refusal
from vetrina.plugin import Site

BRAND = """{ shop { name description brand { slogan shortDescription logo { image { url width } } squareLogo { id }
    coverImage { id } colors { primary { background foreground } secondary { foreground } } } } }"""


def picture() -> bytes:
    written = io.BytesIO()
    Image.new("RGB", (64, 32), "#1F4D3D").save(written, "PNG")
    return written.getvalue()


@pytest.mark.embedded
async def test_the_shop_is_described_by_form(ctx: Context, site: Site) -> None:
    mara = await signed_in(ctx, site)
    await mara.open("/admin/shop")
    await mara.send("/admin/shop", name="Bottega", email="nobody", slogan="For long tables")
    assert (mara.answer.status_code, mara.page.wrong) == (422, ["email"])
    await mara.send("/admin/shop", email="ciao@bottega.example", primary_background="green")
    assert mara.page.wrong == ["primary_background"]
    await mara.send("/admin/shop", primary_background="#1f4d3d")
    assert "The shop has been saved." in mara.page.words
    shop = (await ask(ctx, BRAND))["shop"]
    assert (shop["name"], shop["brand"]["slogan"]) == ("Bottega", "For long tables")
    assert shop["brand"]["colors"]["primary"] == [{"background": "#1F4D3D", "foreground": None}]
    await mara.client.aclose()


async def test_a_brand_has_pictures(ctx: Context) -> None:
    assert (await ask(ctx, BRAND))["shop"]["brand"] is None
    await set_brand_picture(ctx, "logo", picture())
    await edit_profile(ctx, Profile(name="Bottega", short_description="Oil", secondary=(Pair(foreground="#000000"),)))
    brand = (await ask(ctx, BRAND))["shop"]["brand"]
    assert brand["logo"]["image"]["width"] == 64 and "/media/" in brand["logo"]["image"]["url"]
    assert (brand["squareLogo"], brand["shortDescription"]) == (None, "Oil")
    assert brand["colors"]["secondary"] == [{"foreground": "#000000"}]
    with pytest.raises(Refusal):
        await set_brand_picture(ctx, "cover", b"<svg onload=alert(1)>")
    await set_brand_picture(ctx, "logo", None)
    assert (await ask(ctx, BRAND))["shop"]["brand"]["logo"] is None
    for wrong, field in (
        (Profile(name=" "), ("name",)),
        (Profile(name="A", slogan="x" * 81), ("slogan",)),
        (Profile(name="A", primary=(Pair(background="red"),)), ("primary", "0", "background")),
        (Profile(name="A", primary=(Pair(background="#000000"),) * 6), ("primary",)),
    ):
        with pytest.raises(BadInput) as refused:
            await edit_profile(ctx, wrong)
        assert refused.value.field == field
