"""A product's bundles in the admin: written by SKU without a script, told what is wrong, shown with their orders."""

from collections.abc import AsyncGenerator
from typing import Any

import pytest
from sqlalchemy import select, update
from tests.support import shops
from tests.support.asking import Admin
from tests.support.checkouts import Desk, cart_to_pay, open_desk, submitted
from tests.support.managers import signed_in
from tests.support.wares import ware

from vetrina.kernel.context import Context
from vetrina.plugin import Site
from vetrina.shop.catalog.models import Variant
from vetrina.views.catalog.bundles import components_of

pytestmark = pytest.mark.embedded
SET = """mutation ($id: ID!, $components: [VariantComponentInput!]!) {
  variantComponentsSet(id: $id, components: $components) {
    variant { isBundle components { quantity variant { sku } } } userErrors { code field }
} }"""


@pytest.fixture
async def desk(database_url: str, clock: shops.StillClock) -> AsyncGenerator[Desk]:
    opened = await open_desk(database_url, clock)
    yield opened
    await opened.ctx.db.close()


@pytest.fixture
def ctx(desk: Desk) -> Context:
    return desk.ctx


async def wares(ctx: Context) -> tuple[int, int, int]:
    """A box, oil and salt, the latter by their SKUs OIL and SALT."""
    box = await ware(ctx, "Box")
    oil, salt = await ware(ctx, "Oil", stock=9, sku="OIL"), await ware(ctx, "Salt <i>", stock=9, sku="SALT")
    return box, oil, salt


async def product_of(ctx: Context, variant_id: int) -> int:
    return await ctx.db.value(select(Variant.product_id).where(Variant.id == variant_id))


async def test_a_bundle_is_made_corrected_sold_and_ended_on_its_product(desk: Desk, site: Site) -> None:
    ctx, mara = desk.ctx, await signed_in(desk.ctx, site)
    box, oil, salt = await wares(ctx)
    here = f"/admin/products/{await product_of(ctx, box)}"
    await mara.open(here)
    assert "Make a bundle" in mara.page.words

    async def type_in(*rows: tuple[str, str], variant_id: int = box) -> str:
        typed: dict[str, Any] = {"variant": str(variant_id), "sku": [row[0] for row in rows]}
        await mara.send(f"{here}/bundle", **typed, quantity=[row[1] for row in rows])
        return mara.page.words

    for rows, said in (
        ([("OIL", "2"), ("NONE", "1")], "No variant has the SKU NONE."),
        ([("OIL", "x")], "OIL: Between 1 and 1000 pieces."),
        ([("OIL", "1"), ("OIL", "1")], "OIL: Named twice"),
        ([(f"box-{box - 1}", "1")], "not a component of itself"),
    ):
        assert said in await type_in(*rows), rows
        assert mara.answer.status_code == 422 and f'value="{rows[0][0]}"' in mara.page.html, "what was typed stays"
    assert await components_of(ctx.db, [box]) == {}

    saved = await type_in((" OIL ", "2"), ("", ""), ("SALT", ""))
    assert "The components are saved" in saved and "2 × Oil" in saved and "1 × Salt <i>" in saved
    assert "<i>" not in mara.page.html and mara.page.html.count('name="sku"') == 5
    assert "by components" in saved and "4 in stock" in saved, "nine pieces are enough for four times two"
    view = await submitted(desk, await cart_to_pay(desk, variant_id=box, quantity=3))
    await mara.open(f"/admin/orders/{view.order_id}")
    assert "6 × Oil" in mara.page.words and "3 × Salt <i> SALT" in mara.page.words
    async with ctx.tx() as session:
        await session.execute(update(Variant).where(Variant.id == oil).values(sku="SALT"))
    await mara.open(here)
    assert "Several variants have the SKU SALT" in await type_in(("SALT", "1"))
    async with ctx.tx() as session:
        await session.execute(update(Variant).where(Variant.id == oil).values(sku=None))
    await mara.open(here)
    await mara.send(f"{here}/bundle", sku=f"#{oil}", quantity="3")
    assert f'value="#{oil}"' in mara.page.html and "3 × Oil" in mara.page.words, "what has no SKU is not lost"
    assert "It is no bundle any more" in await type_in(("", ""))
    other = f"/admin/products/{await product_of(ctx, salt)}"
    await mara.open(other)
    await mara.send(f"{other}/bundle", variant=str(box), sku="OIL", quantity="1")
    assert mara.answer.status_code == 404, "a variant is written on its own product's page"


async def test_who_may_only_read_sees_no_form_and_writes_nothing(desk: Desk, site: Site) -> None:
    piero = await signed_in(desk.ctx, site, "catalog.read", email="piero@shop.test")
    box, _, _ = await wares(desk.ctx)
    here = f"/admin/products/{await product_of(desk.ctx, box)}"
    await piero.open(here)
    assert "Make a bundle" not in piero.page.words
    token = piero.page.form("sign-out").fields["csrf_token"]
    await piero.client.post(f"{here}/bundle", data={"csrf_token": token, "variant": str(box), "sku": "OIL"})
    assert await components_of(desk.ctx.db, [box]) == {}


async def test_the_api_sets_components_and_names_what_is_wrong(ctx: Context, admin: Admin) -> None:
    box, oil, salt = (f"gid://vetrina/ProductVariant/{key}" for key in await wares(ctx))

    async def put(variant: str, *components: tuple[str, int]) -> Any:
        given = [{"variantId": each, "quantity": quantity} for each, quantity in components]
        return (await admin.ask(SET, {"id": variant, "components": given}))["variantComponentsSet"]

    assert (await put(box, (oil, 2), (salt, 1)))["variant"] == {
        "isBundle": True,
        "components": [{"quantity": 2, "variant": {"sku": "OIL"}}, {"quantity": 1, "variant": {"sku": "SALT"}}],
    }
    [error] = (await put(oil, (salt, 1)))["userErrors"]
    assert error == {"code": "VARIANT_IS_COMPONENT", "field": ["variantId"]}
    [error] = (await put(box, (oil, 0)))["userErrors"]
    assert error == {"code": "BAD_USER_INPUT", "field": ["components", "0", "quantity"]}
    assert (await put(box))["variant"] == {"isBundle": False, "components": []}
