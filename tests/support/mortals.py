"""A process that dies at the Nth boundary: before or after a commit, before or after a provider acts."""

from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import msgspec

from vetrina.kernel.context import Context
from vetrina.kernel.db import Database, Session
from vetrina.kernel.meters import Meters
from vetrina.kernel.registry import Ports, Provided
from vetrina.ports import MoneyRequest, PaymentProvider, PaymentReport, StartRequest
from vetrina.testing.payments import FakeProvider


class Died(BaseException):
    """Nothing catches a death: no except Exception, no finally that asks the database."""


class Fate:
    """Counts boundaries, and kills at one of them."""

    def __init__(self, last: int) -> None:
        self._left = last

    def step(self) -> None:
        if self._left == 0:
            raise Died
        self._left -= 1


class MortalDatabase(Database):
    """The same database, in a process that may die around every commit."""

    def __init__(self, db: Database, fate: Fate) -> None:
        super().__init__(db._statements, db._driver)
        self._db = db
        self._fate = fate

    @asynccontextmanager
    async def transaction(self) -> AsyncGenerator[Session]:
        async with self._db.transaction() as session:
            yield session
            self._fate.step()
        self._fate.step()

    async def close(self) -> None:
        """A process that dies closes nothing; the database is closed by whoever opened it."""


class MortalProvider:
    """The same provider, called by a process that may die before it asks or before it hears the answer."""

    policy = PaymentProvider.policy

    def __init__(self, provider: FakeProvider, fate: Fate) -> None:
        self._provider = provider
        self._fate = fate

    def __getattr__(self, name: str) -> Any:
        return getattr(self._provider, name)

    async def start(self, request: StartRequest) -> PaymentReport:
        return await self._mortally(lambda: self._provider.start(request))

    async def capture(self, request: MoneyRequest) -> PaymentReport:
        return await self._mortally(lambda: self._provider.capture(request))

    async def refund(self, request: MoneyRequest) -> PaymentReport:
        return await self._mortally(lambda: self._provider.refund(request))

    async def cancel(self, request: MoneyRequest) -> PaymentReport:
        return await self._mortally(lambda: self._provider.cancel(request))

    async def look_up(self, payment_key: str, provider_reference: str | None) -> PaymentReport | None:
        return await self._mortally(lambda: self._provider.look_up(payment_key, provider_reference))

    async def _mortally(self, call: Callable[[], Awaitable[Any]]) -> Any:
        self._fate.step()
        answer = await call()
        self._fate.step()
        return answer


def mortal(ctx: Context, provider: FakeProvider, fate: Fate) -> Context:
    """The context of a process with that fate, over the same database and the same provider's books."""
    provided = [
        Provided(entry.port, entry.key, entry.owner, MortalProvider(provider, fate))
        if entry.implementation is provider
        else entry
        for port in ctx.ports._by_port
        for entry in ctx.ports.all(port)
    ]
    ports = Ports(provided, Meters(ctx.shop.clock))
    shop = msgspec.structs.replace(ctx.shop, db=MortalDatabase(ctx.db, fate), ports=ports)
    return msgspec.structs.replace(ctx, shop=shop)
