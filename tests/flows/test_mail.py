"""A mail leaves after the commit of what it tells of: once, tried again, and never with its secrets lying about."""

from datetime import timedelta
from typing import Any

import msgspec
import pytest
from tests.support.shops import StillClock, opened

from vetrina.flows.mail import JOBS, Mail, StoredDocument, expire_mails, post
from vetrina.flows.mail.rendering import FOLDER, LETTERS, render
from vetrina.kernel.context import Context
from vetrina.kernel.db import table_of
from vetrina.kernel.db.owners import ForeignTable
from vetrina.kernel.errors import BadInput, Fault, Unavailable
from vetrina.kernel.jobs import PAUSES, JobRun, Runner
from vetrina.kernel.registry import Provided
from vetrina.ports import Attachment, DocumentFile, MailProvider, MailRefused, OrderDocuments, OrderPapers
from vetrina.shop.mail import service as mails
from vetrina.shop.mail.models import QueuedMail
from vetrina.shop.mail.rules import MailState
from vetrina.testing.mail import FakeMail

LINK = "https://shop.test/account/reset/7/secret-of-the-link"
RESET = Mail(
    key="reset-1",
    to="ugo@example.org",
    language="it",
    template="customer_recover",
    values={"hours": 2},
    secrets={"url": LINK},
)


class Post:
    """A shop with one provider, and the worker that would send."""

    def __init__(self, ctx: Context, clock: StillClock, provider: FakeMail) -> None:
        self.ctx, self.clock, self.provider = ctx, clock, provider
        self.runner = Runner(ctx.db, clock, JOBS, lambda _: ctx)

    async def queue(self, mail: Mail = RESET) -> bool:
        async with self.ctx.tx() as session:
            return await post(self.ctx, session, mail)

    async def row(self) -> Any:
        [row] = await self.ctx.db.fetch(table_of(QueuedMail).select())
        return dict(zip(table_of(QueuedMail).c.keys(), row, strict=True))

    async def jobs(self) -> list[tuple[Any, ...]]:
        return await self.ctx.db.fetch(table_of(JobRun).select())


@pytest.fixture
async def mailing(database_url: str, clock: StillClock) -> Any:
    provider = FakeMail()
    ctx = await opened(database_url, clock, [Provided(MailProvider, "fake", "fake", provider)])
    yield Post(ctx, clock, provider)
    await ctx.db.close()


async def test_a_mail_is_sent_once_and_its_link_is_gone_with_it(mailing: Post) -> None:
    assert await mailing.queue()
    assert not await mailing.queue()  # the same occasion
    waiting = await mailing.row()
    assert waiting["state"] == "waiting"
    assert "secret-of-the-link" not in str(waiting) + str(await mailing.jobs()) + repr(RESET)
    await mailing.runner.run_once()
    [letter] = mailing.provider.letters
    assert (letter.to, letter.language, letter.sender_name) == ("ugo@example.org", "it", "Vetrina")
    assert LINK in letter.text
    assert LINK not in repr(letter)
    assert f'href="{LINK}"' in letter.html
    assert letter.message_id.endswith("@shop.test>")
    sent = await mailing.row()
    assert (sent["state"], sent["sealed"], sent["content"], sent["provider"]) == ("sent", None, {}, "fake")
    assert not await mailing.jobs()
    mailing.clock.move(days=31)
    await expire_mails(mailing.ctx, {})
    assert not await mailing.ctx.db.fetch(table_of(QueuedMail).select())


async def test_a_plugin_may_post_and_touch_nothing_else_of_mails(mailing: Post) -> None:
    async with mailing.ctx.tx() as session:
        session.writer = "gift"
        assert await post(mailing.ctx, session, RESET)
        with pytest.raises(ForeignTable):
            await mails.settle(session, RESET.key, MailState.SENT, mailing.ctx.now())
    assert (await mailing.row())["state"] == "waiting"


async def test_what_did_not_happen_is_told_to_nobody(mailing: Post) -> None:
    with pytest.raises(ZeroDivisionError):
        async with mailing.ctx.tx() as session:
            await post(mailing.ctx, session, RESET)
            raise ZeroDivisionError
    await mailing.runner.run_once()
    assert not mailing.provider.letters
    assert not await mailing.jobs()


async def test_a_server_that_is_down_is_tried_again_and_a_mail_is_parked_in_the_end(mailing: Post) -> None:
    await mailing.queue()
    mailing.provider.failure = Unavailable("421 too busy")
    await mailing.runner.run_once()
    mailing.clock.move(seconds=PAUSES[0])
    mailing.provider.failure = None
    await mailing.runner.run_once()
    assert len(mailing.provider.letters) == 1

    mailing.provider.failure = Unavailable("421 too busy")
    await mailing.queue(Mail(key="b", to="b@example.org", language="en", template="customer_password_changed"))
    for pause in (0, *PAUSES):
        mailing.clock.move(seconds=pause + 60)
        await mailing.runner.run_once()
    parked = await mailing.ctx.db.fetch(table_of(JobRun).select().where(JobRun.parked_at.is_not(None)))
    assert len(parked) == 1
    assert "421 too busy" in str(parked)


async def test_what_the_server_never_takes_and_what_comes_too_late_are_given_up(mailing: Post) -> None:
    mailing.provider.failure = MailRefused(reason="550 no such user")
    await mailing.queue()
    await mailing.runner.run_once()
    refused = await mailing.row()
    assert (refused["state"], refused["sealed"]) == ("refused", None)
    assert "550" in refused["error"]
    assert not await mailing.jobs()

    mailing.provider.failure = None
    late = Mail(key="late", to="c@example.org", language="en", template="customer_password_changed",
                expires_at=mailing.ctx.now() + timedelta(hours=1))  # fmt: skip
    await mailing.queue(late)
    mailing.clock.move(hours=1)
    await mailing.runner.run_once()
    assert not mailing.provider.letters


class _Papers:
    """Serves OrderDocuments; the paper appears once the shop has it."""

    policy = OrderDocuments.policy

    def __init__(self) -> None:
        self.kept: dict[str, DocumentFile] = {}

    async def papers(self, ctx: Context, order_id: int) -> OrderPapers:
        return OrderPapers()

    async def file(self, ctx: Context, reference: str) -> DocumentFile | None:
        return self.kept.get(reference)


async def test_files_go_along_sealed_while_they_wait_and_papers_are_read_when_the_mail_leaves(
    database_url: str, clock: StillClock
) -> None:
    provider, papers = FakeMail(), _Papers()
    served = [Provided(MailProvider, "fake", "fake", provider), Provided(OrderDocuments, "ledger", "ledger", papers)]
    ctx = await opened(database_url, clock, served)
    mailing = Post(ctx, clock, provider)
    carried = Attachment("list.csv", "text/csv", b"a;b\r\n1;2")
    await mailing.queue(msgspec.structs.replace(RESET, attachments=(carried, StoredDocument("ledger", "7"))))
    assert "list.csv" not in str(await mailing.row()) + repr(RESET)
    await mailing.runner.run_once()
    assert not provider.letters, "a mail does not leave without what it encloses"
    assert "'7'" in str(await mailing.jobs())
    papers.kept["7"] = DocumentFile(name="invoice-7.pdf", media_type="application/pdf", content=b"%PDF")
    clock.move(seconds=PAUSES[0])
    await mailing.runner.run_once()
    [letter] = provider.letters
    assert letter.attachments == (carried, Attachment("invoice-7.pdf", "application/pdf", b"%PDF"))
    assert LINK in letter.text, "and its secrets are where they were"
    assert (await mailing.row())["sealed"] is None
    await ctx.db.close()


@pytest.mark.embedded
@pytest.mark.parametrize(
    "files",
    [
        [Attachment("a.pdf", "application/pdf", b"")] * 6,
        [Attachment("a.pdf", "application/pdf", b" " * 2_500_001)] * 2,
        [Attachment("../a.pdf", "application/pdf", b"")],
        [Attachment('a".pdf', "application/pdf", b"")],
        [Attachment("a.pdf\r\nBcc: x", "application/pdf", b"")],
        [Attachment("a.html", "text/html", b"")],
        [Attachment("pdf", "application/pdf", b"")],
    ],
)
async def test_what_is_too_much_or_may_run_is_not_enclosed(ctx: Context, files: list[Attachment]) -> None:
    with pytest.raises(Fault):
        async with ctx.tx() as session:
            await post(ctx, session, msgspec.structs.replace(RESET, attachments=tuple(files)))


async def test_without_a_provider_mails_wait(ctx: Context, clock: StillClock) -> None:
    async with ctx.tx() as session:
        await post(ctx, session, RESET)
    await Runner(ctx.db, clock, JOBS, lambda _: ctx).run_once()
    [(state, error)] = [
        (await ctx.db.value(table_of(QueuedMail).select().with_only_columns(QueuedMail.state)), row[-1])
        for row in await ctx.db.fetch(table_of(JobRun).select())
    ]
    assert state == "waiting"
    assert "no plugin sends mail" in error


@pytest.mark.embedded
@pytest.mark.parametrize(
    "to", ["", "nobody", "a@b@c", "a@shop.example\nBcc: x@y.example", "a, b@shop.example", "<a@b.example>"]
)
async def test_only_one_plain_address_is_written_to(ctx: Context, to: str) -> None:
    with pytest.raises(BadInput):
        async with ctx.tx() as session:
            await post(ctx, session, Mail(key="k", to=to, language="en", template="customer_recover"))


async def test_a_letter_nobody_has_written_is_a_mistake_of_ours(ctx: Context) -> None:
    with pytest.raises(Fault):
        async with ctx.tx() as session:
            await post(ctx, session, Mail(key="k", to="a@b.example", language="en", template="../secrets"))


VALUES = {
    "first_name": "<b>Ugo</b>", "url": "https://shop.test/?a=1&b='2'", "hours": 2, "number": "123456", "minutes": 10,
    "subject_line": "One\r\nBcc: two@example.org", "paragraphs": ["<script>alert(1)</script>"], "label": "Look",
}  # fmt: skip


@pytest.mark.parametrize("letter", sorted(LETTERS))
def test_every_letter_is_written_in_both_languages_and_escapes(letter: str) -> None:
    drawn = {
        language: render(letter, language, VALUES, "Bottega & <Figli>") for language in ("en", "it", "it-CH", "fr")
    }
    assert drawn["it"] == drawn["it-CH"]
    assert drawn["fr"] == drawn["en"]
    assert letter == "message" or drawn["en"].subject != drawn["it"].subject
    for words in drawn.values():
        assert "\n" not in words.subject
        assert words.subject.strip()
        assert "Bottega & <Figli>" in words.text
        assert "Bottega &amp; &lt;Figli&gt;" in words.html
        for raw in ("<b>Ugo", "<script>", "<Figli>"):
            assert raw not in words.html
    assert {path.name.split(".")[1] for path in FOLDER.glob(f"{letter}.*.j2")} == {"en", "it"}
