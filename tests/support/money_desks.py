"""A shop whose provider has books: charges that arrived, disputes over them, payouts that settle them."""

from typing import Any

import msgspec
from tests.support import shops
from tests.support.checkouts import CARD, Desk, cart_to_pay, open_desk, submitted

from vetrina.flows.payments.moving import take_message
from vetrina.kernel.context import Actor, Context
from vetrina.kernel.registry import Provided
from vetrina.ports import DisputeDesk, PayoutSource
from vetrina.testing.payment_books import FakeBooks
from vetrina.testing.payments import PAYS, Charge
from vetrina.views.payments.proof import MoneyProof, money_proof
from vetrina.views.payments.standing import payment_at_provider

KEEPER = Actor("staff", 1, "Piero", frozenset({"payments.read", "payments.write"}))


class MoneyDesk(msgspec.Struct):
    """A desk, its provider's books, and the person who keeps ours."""

    desk: Desk
    books: FakeBooks

    @property
    def ctx(self) -> Context:
        return self.desk.ctx

    @property
    def keeper(self) -> Context:
        return msgspec.structs.replace(self.desk.ctx, actor=KEEPER)

    async def buy(self, token: str = PAYS, quantity: int = 1) -> Charge:
        """An order of EUR 10.00 a piece and 5.00 for delivery; its charge at the provider."""
        before = set(self.desk.provider.charges)
        count = len(before) + 1
        await submitted(self.desk, await cart_to_pay(self.desk, CARD, token, quantity=quantity), f"buy-{count}")
        (key,) = set(self.desk.provider.charges) - before
        return self.desk.provider.charges[key]

    async def post(self, since: int = 0) -> None:
        """Deliver what the provider has to say, from the message of that number on, signed as of now."""
        for told in self.desk.provider.outgoing[since:]:
            await self.take(told.body)

    async def take(self, body: bytes) -> None:
        """Deliver one message."""
        message = self.desk.provider.sign(body)
        await take_message(self.ctx, "fake", message.headers, message.body)

    async def proof(self) -> MoneyProof:
        """The books of the one provider in the one currency."""
        (proof,) = await money_proof(self.ctx.db)
        return proof

    async def payment_id(self, charge: Charge) -> int:
        found = await payment_at_provider(self.ctx.db, "fake", charge.key, None)
        assert found is not None
        return found.id


async def open_money_desk(
    url: str, clock: shops.StillClock, *, has_payouts: bool = True, has_desk: bool = True
) -> MoneyDesk:
    """A shop with the fake's books; close `ctx.db` afterwards."""
    keeper = _Late()
    extra: list[Provided[Any]] = []
    if has_payouts:
        extra.append(Provided(PayoutSource, "fake", "fake", keeper))
    if has_desk:
        extra.append(Provided(DisputeDesk, "fake", "fake", keeper))
    desk = await open_desk(url, clock, *extra, pieces=100)
    books = FakeBooks(desk.provider, clock)
    keeper.books = books
    return MoneyDesk(desk, books)


class _Late:
    """Stands in for the books, which need the desk's provider, until that is there."""

    policy = PayoutSource.policy
    books: FakeBooks

    async def payouts(self, since: Any) -> Any:
        return await self.books.payouts(since)

    async def submit_evidence(self, reference: Any, evidence: Any) -> Any:
        return await self.books.submit_evidence(reference, evidence)
