"""The mailbox of demos: keeps the last mails sealed, shows them to who may, says that nothing was sent."""

from collections.abc import Sequence

import msgspec
import pytest
from sqlalchemy import update
from tests.support.managers import signed_in

from vetrina.flows.staff.sessions import open_session
from vetrina.kernel.context import Context
from vetrina.plugin import Person
from vetrina.plugin.admin import Asked, Notice, Section, Table
from vetrina.ports import Attachment, MailProvider
from vetrina.testing.mail import MailProviderContract
from vetrina.testing.shop import Workshop
from vetrina_admin.pages.asking import SESSION, cookie_name
from vetrina_mailbox import admin, keeping
from vetrina_mailbox.keeping import Mailbox

LETTER = MailProviderContract.letter


@pytest.fixture
def plugins() -> list[str]:
    return ["mailbox"]


class TestMailbox(MailProviderContract):
    def provider(self) -> MailProvider:
        return Mailbox()

    async def arrived(self, ctx: Context, provider: MailProvider) -> Sequence[tuple[str, str]]:
        return [(mail.recipient, mail.subject) for mail in reversed(await keeping.latest(ctx.db, size=10))]


@pytest.mark.embedded
async def test_a_mail_is_seen_as_it_looks_where_nothing_runs_and_its_files_are_downloads(shop: Workshop) -> None:
    pdf = Attachment("invoice-1.pdf", "application/pdf", b"%PDF-1.7")
    huge = Attachment("huge.zip", "application/zip", b" " * (keeping.MOST_BYTES + 1))
    for files in ((pdf,), (huge,)):
        letter = msgspec.structs.replace(
            LETTER, html="<script>alert(1)</script><p>Ciao</p>", attachments=files, message_id=f"<{files[0].name}>"
        )
        await Mailbox().send(shop.ctx, letter)
    big, small = await keeping.latest(shop.db, size=2)
    page, file = f"/admin/mailbox/files/{small.id}.html", f"/admin/mailbox/files/{small.id}-0"
    await shop.answer()
    assert {(await shop.client.get(path)).status_code for path in (page, file)} == {401}
    boss = await signed_in(shop.ctx, shop.site, "shop.read", "mailbox.read", language="it", email="boss@shop.test")
    secret = await open_session(shop.ctx, boss.member_id)
    for client in (boss.client, shop.client):
        client.cookies.set(cookie_name(shop.site, SESSION), secret, path="/")
    shown = await boss.open(f"/admin/mailbox/mails/{small.id}")
    assert "frame-src 'self'" in boss.answer.headers["content-security-policy"]
    assert f'src="{page}"' in boss.answer.text
    assert 'sandbox="allow-popups allow-popups-to-escape-sandbox"' in boss.answer.text
    assert "invoice-1.pdf" in shown.words
    assert "troppo grande" in (await boss.open(f"/admin/mailbox/mails/{big.id}")).words
    framed = await shop.client.get(page)
    assert "<p>Ciao</p>" in framed.text
    assert framed.text.startswith('<base target="_blank">'), "links open outside of the frame, which shows nothing else"
    policy = framed.headers["content-security-policy"]
    assert "sandbox allow-popups" in policy
    assert not {"script-src", "allow-scripts", "allow-same-origin", "connect-src"} & set(
        policy.replace(";", "").split()
    )
    assert "default-src 'none'" in policy
    downloaded = await shop.client.get(file)
    assert (downloaded.content, downloaded.headers["content-type"]) == (pdf.content, pdf.media_type)
    assert downloaded.headers["content-disposition"] == 'attachment; filename="invoice-1.pdf"'
    for name in ("0.html", f"{small.id}-1", f"{small.id}-", f"{small.id}-0.html", "x.html", "9" * 30, f"{small.id}"):
        assert (await shop.client.get(f"/admin/mailbox/files/{name}")).status_code == 404, name


async def test_the_last_mails_are_shown_loudly_and_forgotten_with_the_person(
    ctx: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keeping, "MOST", 3)
    for number in range(5):
        changed = {"to": f"Buyer{number}@example.org", "message_id": f"<{number}@shop.test>", "text": f"link-{number}"}
        await Mailbox().send(ctx, msgspec.structs.replace(LETTER, **changed))
    kept = await keeping.latest(ctx.db, size=10)
    assert [mail.recipient for mail in kept] == ["buyer4@example.org", "buyer3@example.org", "buyer2@example.org"]
    assert "link-4" not in str(await ctx.db.fetch(keeping.MailboxMail.__table__.select()))

    listed, mail, card = admin.pages()
    for page, asked in ((listed, Asked()), (mail, Asked(parts={"id": str(kept[0].id)})), (card, None)):
        assert page.permission == "mailbox.read"
        first, *rest = await page.show(ctx, asked)  # type: ignore[arg-type]
        assert isinstance(first, Notice)
        assert first.tone == "warning"
        assert isinstance(rest[-1], Section if page is mail else Table)

    told = {"to": "staff@shop.test", "message_id": "<staff@shop.test>", "text": "New order of Buyer4@example.org."}
    await Mailbox().send(ctx, msgspec.structs.replace(LETTER, **told))
    other = {"to": "staff@shop.test", "message_id": "<other@shop.test>", "text": "of a.buyer4@example.org"}
    await Mailbox().send(ctx, msgspec.structs.replace(LETTER, **other))
    person = Person(emails=("BUYER4@example.org",))
    assert "link-4" in str(await keeping.export(ctx, person))
    async with ctx.tx() as session:
        strange = update(keeping.MailboxMail).where(keeping.MailboxMail.recipient == "buyer4@example.org")
        await session.execute(strange.values(sealed="sealed elsewhere"))
    exported = str(await keeping.export(ctx, person))
    assert "buyer4@example.org" in exported and "New order" in exported and "a.buyer4" not in exported
    async with ctx.tx() as session:
        assert await keeping.erase(ctx, session, person) == 2
    assert [mail.recipient for mail in await keeping.latest(ctx.db, size=10)] == ["staff@shop.test"], "another's"
