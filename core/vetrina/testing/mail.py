"""Mail for tests: a provider that keeps what it is given, and the suites of those who send and of those who write."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from typing import ClassVar

import msgspec

from vetrina.kernel.context import BUYER, Context
from vetrina.ports import Attachment, Letter, MailProvider, MailRefused, OrderLetters, Policy


class FakeMail:
    """Keeps letters; `failure` is raised instead."""

    policy: ClassVar[Policy] = MailProvider.policy

    def __init__(self, *, failure: Exception | None = None) -> None:
        self.failure = failure
        self.letters: list[Letter] = []

    async def send(self, ctx: Context, letter: Letter) -> None:
        if self.failure is not None:
            raise self.failure
        self.letters.append(letter)


class MailProviderContract:
    """Inherit, name the provider and what has arrived, and let pytest collect it. Needs a fixture `ctx`."""

    letter = Letter(
        to="buyer@example.org",
        subject="Ciao, perché no? – grüße",
        text="The text.\n",
        html="<p>The text.</p>",
        language="it",
        message_id="<0123456789abcdef@shop.test>",
        sender_name="Bottega, di prova",
        reply_to="shop@example.org",
    )

    def provider(self) -> MailProvider:
        raise NotImplementedError

    async def arrived(self, ctx: Context, provider: MailProvider) -> Sequence[tuple[str, str]]:
        """Recipient and subject of every mail that was taken, in their order."""
        raise NotImplementedError

    async def test_a_letter_is_taken_in_its_own_words(self, ctx: Context) -> None:
        provider = self.provider()
        await provider.send(ctx, self.letter)
        assert await self.arrived(ctx, provider) == [(self.letter.to, self.letter.subject)]

    async def test_a_letter_that_encloses_files_is_taken(self, ctx: Context) -> None:
        provider = self.provider()
        files = (
            Attachment("invoice-12.pdf", "application/pdf", b"%PDF-1.7 \x00\xff"),
            Attachment("a.csv", "text/csv", b"a"),
        )
        await provider.send(ctx, msgspec.structs.replace(self.letter, attachments=files))
        assert await self.arrived(ctx, provider) == [(self.letter.to, self.letter.subject)]

    async def test_each_goes_to_its_own_recipient(self, ctx: Context) -> None:
        provider = self.provider()
        second = msgspec.structs.replace(self.letter, to="other@example.org", message_id="<fedcba@shop.test>")
        await provider.send(ctx, self.letter)
        await provider.send(ctx, second)
        assert [to for to, _ in await self.arrived(ctx, provider)] == [self.letter.to, second.to]

    async def test_the_same_again_is_no_error(self, ctx: Context) -> None:
        provider = self.provider()
        await provider.send(ctx, self.letter)
        await provider.send(ctx, self.letter)
        assert {to for to, _ in await self.arrived(ctx, provider)} == {self.letter.to}

    async def test_several_at_once_arrive_each_at_its_own(self, ctx: Context) -> None:
        provider = self.provider()
        people = [f"buyer{number}@example.org" for number in range(3)]
        letters = [
            msgspec.structs.replace(self.letter, to=to, subject=f"Ciao {to}", message_id=f"<{to}>") for to in people
        ]
        await asyncio.gather(*(provider.send(ctx, letter) for letter in letters))
        assert sorted(await self.arrived(ctx, provider)) == [(to, f"Ciao {to}") for to in people]

    async def test_a_subject_of_two_lines_reaches_nobody_else(self, ctx: Context) -> None:
        provider = self.provider()
        letter = msgspec.structs.replace(self.letter, subject="Ciao\r\nBcc: everybody@example.org")
        with suppress(MailRefused):
            await provider.send(ctx, letter)
        assert {to for to, _ in await self.arrived(ctx, provider)} <= {letter.to}


class OrderLettersContract:
    """Inherit, name the writer, and let pytest collect it. Needs a fixture `ctx`."""

    def letters(self) -> OrderLetters:
        raise NotImplementedError

    async def test_it_says_whether_it_confirms_and_says_the_same_again(self, ctx: Context) -> None:
        letters = self.letters()
        said = await letters.confirms(ctx)
        assert isinstance(said, bool), said
        assert await letters.confirms(ctx) is said

    async def test_a_buyer_may_ask_as_well_as_the_shop(self, ctx: Context) -> None:
        letters = self.letters()
        buyer = msgspec.structs.replace(ctx, actor=BUYER)
        assert await letters.confirms(buyer) is await letters.confirms(ctx)
