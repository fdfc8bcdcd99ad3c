"""The carriers' pages as a manager uses them, from an account to a printed label, in both languages."""

from typing import Any

import pytest
from tests.support.carriers import World
from tests.support.managers import Manager, signed_in

from vetrina.flows.locations import LocationInput, update_location
from vetrina.flows.parcels.fulfilling import FulfilWish, fulfil
from vetrina.testing.shop import Workshop
from vetrina.views.stock import locations
from vetrina.vocabulary import Address
from vetrina_admin.pages.asking import SESSION, cookie_name
from vetrina_carriers.views import accounts, label_list

pytestmark = pytest.mark.embedded
ROOM = "/admin/carriers"
ALL = ("carriers.read", "carriers.labels", "carriers.accounts", "orders.read", "orders.write", "shop.read")


@pytest.fixture
def plugins() -> list[str]:
    return ["carriers"]


@pytest.fixture
def shop_url() -> None:
    """A file of its own is enough: flows are tried on both engines elsewhere."""


async def manager(shop: Workshop, *permissions: str, language: str = "en") -> Manager:
    """Somebody at the admin who may this, over https as the shop's address says."""
    await shop.answer()
    boss = await signed_in(
        shop.ctx, shop.site, *permissions, language=language, email=f"{language}{len(permissions)}@shop.test"
    )
    secret = boss.client.cookies.get(SESSION) or ""
    boss.client.cookies.set(cookie_name(shop.site, SESSION), secret, domain="shop.test", path="/")
    return boss


async def send(boss: Manager, path: str, action: str, **fields: Any) -> None:
    """Send the page's form of that action."""
    form = next(form for form in boss.page.forms if form.fields.get("action") == action)
    await boss.post(path, {**form.fields, **fields})


async def test_a_manager_registers_an_account_and_buys_a_label(shop: Workshop) -> None:
    world = World()
    shop.outside(world)
    (place, *_) = await locations(shop.db)
    there = Address(address1="Via Dante 1", city="Milano", zip="20121", country="IT")
    await update_location(shop.ctx, place.id, LocationInput(name=place.name, address=there))
    boss = await manager(shop, *ALL, "orders.read")
    await boss.open(f"{ROOM}/accounts/new/ups")
    await send(boss, f"{ROOM}/accounts/new/ups", "register", **{"f.name": "UPS Milano", "f.number": "77"})
    assert "Client id is missing" in boss.page.words
    typed = {"f.name": "UPS Milano", "f.number": "77", "f.client_id": "client", "f.client_secret": "s3cret-ups"}
    await send(boss, f"{ROOM}/accounts/new/ups", "register", **typed)
    (row,) = await accounts(shop.db)
    path = f"{ROOM}/accounts/{row.id}"
    page = await boss.open(path)
    assert "s3cret" not in page.words and "s3cret" not in str([form.fields for form in page.forms])
    await send(boss, path, "try")
    assert "The carrier accepts the account." in boss.page.words
    order = await shop.order(await shop.product("Oil", variant={"weight": 700}))
    parcel = await fulfil(shop.ctx, FulfilWish(order_id=order.id, is_sent=False))
    path = f"{ROOM}/parcels/{parcel}"
    await boss.open(path)
    await send(boss, path, "price", **{"f.way": f"{row.id}:ups_standard_eu"})
    assert "9.80" in boss.page.words and not world.sold
    await send(boss, path, "buy")
    assert "The label is bought." in boss.page.words and world.bought == {"ups": 1}
    (label,) = await label_list(shop.db, size=9)
    for language, words in (("en", ("Ready to be sent", "Bought")), ("it", ("Pronti da spedire", "Comprata"))):
        reader = await manager(shop, *ALL, language=language)
        for page in ("", "labels", f"labels/{label.id}", "problems", "scores", "days", "accounts", f"accounts/{row.id}",
                     "accounts/new/inpost", "accounts/new/dhl", f"parcels/{parcel}"):  # fmt: skip
            shown = await reader.open(f"{ROOM}/{page}".rstrip("/"))
            assert {"en": "Carriers", "it": "Corrieri"}[language] in shown.words and "trail" not in shown.words, page
        assert words[0] in (await reader.open(ROOM)).words
        assert words[1] in (await reader.open(f"{ROOM}/labels")).words
    assert "90" in (await reader.open(f"{ROOM}/scores?days=0100999999999")).words, "no such day: as if none was named"
    file = await reader.client.get(f"{ROOM}/scores?sort=-cost&as=csv")
    assert file.text.startswith("\ufeffCarrier,Parcels,") and file.headers["content-type"].startswith("text/csv")
    poor = await manager(shop, "carriers.read", "shop.read", language="de")
    page = await poor.open(f"{ROOM}/labels/{label.id}")
    assert not [form for form in page.forms if form.fields.get("action") == "cancel"]
