"""Customers for tests: a shop whose mails are read, and passwords that cost nothing."""

import re
from typing import Any

import msgspec
from argon2 import PasswordHasher

from vetrina.flows import customers
from vetrina.flows.customers import Access, NewCustomer, Purpose
from vetrina.flows.upkeep import JOBS
from vetrina.kernel.context import BUYER, Context
from vetrina.kernel.jobs import Runner
from vetrina.testing.clock import StillClock
from vetrina.testing.mail import FakeMail

PASSWORD = "olive-e-capperi"
EMAIL = "anna@rossi.example"


class Hashes:
    """Stands in for the password hasher: its own hashes cost nothing, and how often it was asked is counted."""

    def __init__(self) -> None:
        self._cheap = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
        self.work: list[str] = []

    def hash(self, password: str) -> str:
        self.work.append("hash")
        return self._cheap.hash(password)

    def verify(self, hashed: str, password: str) -> bool:
        self.work.append("verify")
        return self._cheap.verify(hashed, password)

    def check_needs_rehash(self, hashed: str) -> bool:
        return False


class Town:
    """A shop, its post office, and people at their own addresses and networks."""

    def __init__(self, ctx: Context, clock: StillClock, mails: FakeMail, hashes: Hashes) -> None:
        self.ctx, self.clock, self.mails, self.hashes = ctx, clock, mails, hashes
        self._runner = Runner(ctx.db, clock, JOBS, lambda _: ctx)

    def buyer(self, client: str = "203.0.113.7") -> Context:
        return msgspec.structs.replace(self.ctx, actor=BUYER, client=client)

    async def work(self) -> None:
        """Run every job that is due."""
        await self._runner.run_once()

    async def mailed(self, to: str = EMAIL) -> list[str]:
        """Subjects of what was sent to an address so far."""
        await self.work()
        return [letter.subject for letter in self.mails.letters if letter.to == to]

    async def link(self, to: str = EMAIL) -> str:
        """The last link that was sent there."""
        await self.work()
        texts = [letter.text for letter in self.mails.letters if letter.to == to]
        return re.findall(r"https://shop\.test/\S+", texts[-1])[-1]

    async def account(self, email: str = EMAIL, password: str = PASSWORD, **more: Any) -> tuple[int, Access]:
        """Somebody who signed up and confirmed it: the customer's id and a token."""
        ctx = self.buyer()
        await customers.sign_up(ctx, NewCustomer(email=email, password=password, **more))
        key, secret = customers.read_link(ctx, Purpose.ACTIVATE, await self.link(email), "url")
        opened = await customers.activate(ctx, key, secret, password, "url")
        return opened.customer_id, opened.access
