"""Order mails at the admin: words, a preview with a real order, a test to oneself; and what the checkout promises."""

from html import unescape
from re import findall

import pytest
from msgspec.structs import replace
from tests.support.managers import Manager, signed_in

from vetrina.kernel.context import Actor
from vetrina.kernel.errors import NotAllowed, NotFound
from vetrina.ports import Letter, MailRefused
from vetrina.testing.making import EMAIL
from vetrina.testing.shop import Workshop
from vetrina.views.orders.placed import status_url
from vetrina.views.staff import audit_trail
from vetrina_admin.pages.asking import SESSION, cookie_name
from vetrina_mailbox.keeping import Mailbox
from vetrina_order_mails.declarations import MailsLost, NobodySends, arriving
from vetrina_order_mails.flows.editing import NobodyToWriteTo, send_test, shown, switch_mail, write_words
from vetrina_order_mails.rules import Wording
from vetrina_order_mails.shipped import shipped
from vetrina_order_mails.views import own_words

pytestmark = pytest.mark.embedded
ROOM = "/admin/order_mails"
MINE = {
    "f.subject": "Ciao {{order.name}}",
    "f.heading": "Ecco",
    "f.opening": "{{greeting}}\n\n<b>Bene</b>",
    "f.closing": "",
}


@pytest.fixture
def shop_url() -> None:
    """A file of its own is enough: flows are tried on both engines elsewhere."""


async def manager(shop: Workshop, *permissions: str) -> Manager:
    await shop.answer()
    boss = await signed_in(shop.ctx, shop.site, *permissions, language="en", email="boss@shop.test")
    secret = boss.client.cookies.get(SESSION) or ""
    boss.client.cookies.set(cookie_name(shop.site, SESSION), secret, domain="shop.test", path="/")
    return boss


async def fill(boss: Manager, path: str, action: str, fields: dict[str, str]) -> None:
    """Send the form of that action with these fields."""
    await boss.open(path)
    form = next(form for form in boss.page.forms if form.fields.get("action") == action)
    await boss.post(path, {**form.fields, **fields})


async def test_a_manager_writes_looks_tries_and_takes_back(shop: Workshop, letters: list[Letter]) -> None:
    order = await shop.order(await shop.product(price="5.00"), paid=False)
    await shop.deliver()
    letters.clear()
    boss = await manager(shop, "order_mails.read", "order_mails.write", "orders.read", "shop.read")
    await boss.open(ROOM)
    assert "Order confirmation" in boss.page.words
    path = f"{ROOM}/mails/order_placed"
    await fill(boss, path, "write-it", {**MINE, "f.subject": "Ciao {{7*7}}"})
    assert "{{7*7}} is nothing this mail knows" in boss.page.words
    assert await own_words(shop.db) == {}
    await fill(boss, path, "write-it", MINE)
    assert "written in these words" in boss.page.words
    await fill(boss, path, "preview", {"f.order": "1001", "f.language": "it"})
    assert "Ciao #1001" in boss.page.words
    assert "<b>Bene</b>" in boss.page.words
    (framed,) = [unescape(found) for found in findall(r'<iframe [^>]*src="([^"]+)"', boss.answer.text)]
    assert (await shop.client.get(framed)).status_code == 401
    shop.client.cookies.set(cookie_name(shop.site, SESSION), boss.client.cookies[SESSION], path="/")
    look = await shop.client.get(framed)
    assert "&lt;b&gt;Bene&lt;/b&gt;" in look.text
    assert "sandbox allow-popups" in look.headers["content-security-policy"]
    for wrong in (framed.replace("order_placed", "nothing"), framed.replace("=it", "=xx"), framed.partition("?")[0]):
        assert (await shop.client.get(wrong)).status_code == 404, wrong
    await fill(boss, path, "test", {"f.order": "", "f.language": "it"})
    assert "boss@shop.test" in boss.page.words
    await shop.deliver()
    (letter,) = letters
    assert (letter.to, letter.subject) == ("boss@shop.test", "[Test] Ciao #1001")
    assert "&lt;b&gt;Bene&lt;/b&gt;" in letter.html
    assert order.email == EMAIL, "the buyer is somebody else"
    await fill(boss, path, "reset-it", {})
    assert await own_words(shop.db) == {}
    await fill(boss, path, "switch", {})
    assert "written no longer" in boss.page.words
    actions = [entry.action for entry in await audit_trail(shop.db, "mail:order_placed", size=9)]
    assert actions == [f"order_mails.{what}" for what in ("switched-off", "reset", "tested", "written")]


async def test_who_may_not_does_not(shop: Workshop) -> None:
    order = await shop.order(await shop.product(price="5.00"), paid=False)
    reader = Actor("staff", id=1, name="member:1", permissions=frozenset({"order_mails.read"}))
    writer = Actor("staff", name="token:1", permissions=frozenset({"order_mails.write", "orders.read"}))
    looking, writing = replace(shop.ctx, actor=reader), replace(shop.ctx, actor=writer)
    with pytest.raises(NotAllowed):
        await write_words(looking, "order_placed", "en", Wording("a", "b", ""))
    with pytest.raises(NotAllowed):
        await switch_mail(looking, "order_placed", is_on=False)
    with pytest.raises(NotAllowed):
        await shown(looking, "order_placed", "en", order.id)
    with pytest.raises(NobodyToWriteTo):
        await send_test(writing, "order_placed", "en", order.id)
    with pytest.raises(NotFound):
        await write_words(writing, "../order_placed", "en", Wording("a", "b", ""))
    text = (await shown(shop.ctx, "order_placed", "it", order.id)).text
    assert shipped("order_placed", "it").heading in text


async def test_what_was_given_up_is_said(shop: Workshop, monkeypatch: pytest.MonkeyPatch) -> None:
    await arriving(shop.ctx)

    async def refuse(self: Mailbox, ctx: object, letter: Letter) -> None:
        raise MailRefused(reason="no such address")

    monkeypatch.setattr(Mailbox, "send", refuse)
    await shop.order(await shop.product(price="5.00"), paid=False)
    await shop.deliver()
    with pytest.raises(MailsLost, match=r"1 mails .* order_placed:1:placed: .*no such address"):
        await arriving(shop.ctx)
    shop.clock.move(days=8)
    await arriving(shop.ctx)
    await shop.switch_off("mailbox")
    with pytest.raises(NobodySends):
        await arriving(shop.ctx)


@pytest.mark.parametrize("is_hosted", [False, True])
async def test_the_orders_page_promises_what_is_written(shop: Workshop, is_hosted: bool) -> None:
    if is_hosted:
        await shop.switch_on("checkout")
    order = await shop.order(await shop.product(price="5.00"), paid=False)
    path = status_url(shop.ctx, order.number, order.key).removeprefix("https://shop.test")
    for language, promise in (("en", f"A confirmation goes to {EMAIL}."), ("it", f"Una conferma va a {EMAIL}.")):
        page = await shop.client.get(f"{path}?lang={language}", follow_redirects=True)
        assert promise in page.text
    await switch_mail(shop.ctx, "payment_awaited", is_on=False)
    page = await shop.client.get(path, follow_redirects=True)
    assert "confirmation goes" not in page.text
