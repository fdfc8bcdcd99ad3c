"""Mail for tests: a provider that keeps what it is given, and the suite every provider passes."""

from collections.abc import Sequence
from typing import ClassVar

import msgspec

from vetrina.kernel.context import Context
from vetrina.ports import Letter, MailProvider, Policy


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
