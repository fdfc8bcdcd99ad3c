"""The mailbox of demos: keeps the last mails sealed, shows them to who may, says that nothing was sent."""

from collections.abc import Sequence

import msgspec
import pytest

from vetrina.kernel.context import Context
from vetrina.plugin import Person
from vetrina.plugin.admin import Asked, Notice, Section, Table
from vetrina.ports import MailProvider
from vetrina.testing.mail import MailProviderContract
from vetrina_mailbox import admin, keeping
from vetrina_mailbox.keeping import Mailbox

LETTER = MailProviderContract.letter


class TestMailbox(MailProviderContract):
    def provider(self) -> MailProvider:
        return Mailbox()

    async def arrived(self, ctx: Context, provider: MailProvider) -> Sequence[tuple[str, str]]:
        return [(mail.recipient, mail.subject) for mail in reversed(await keeping.latest(ctx.db, size=10))]


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

    person = Person(emails=("BUYER4@example.org",))
    assert "link-4" in str(await keeping.export(ctx, person))
    async with ctx.tx() as session:
        assert await keeping.erase(ctx, session, person) == 1
    assert len(await keeping.latest(ctx.db, size=10)) == 2
