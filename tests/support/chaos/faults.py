"""What befalls a process that lives on: a connection that drops, a disk that fills, a provider that lies, a clock."""

import asyncio
import json
import resource
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
from tests.support.chaos.buying import CARD, CASH, Deed, Told, books, cart_ready, order_of
from tests.support.chaos.operating import Operation
from tests.support.chaos.points import Points

from vetrina.flows.checkout.completing import attempt, submit
from vetrina.flows.payments.moving import take_message
from vetrina.flows.upkeep import expire_attempts, reconcile_payments
from vetrina.kernel.errors import Fault, Refusal
from vetrina.ports import PaymentProvider, PaymentReport, Policy
from vetrina.testing.payments import CHALLENGES, PAYS
from vetrina.testing.shop import Workshop
from vetrina.vocabulary import PaymentState


def drop_connection(points: Points) -> None:
    """PostgreSQL hangs up on whoever is at this point; the statement may have run, or be about to."""
    points.connection.terminate()


def fill_disk(points: Points) -> None:
    """The database may not grow by a page from here on: every write that needs one is refused as on a full disk."""
    pages = sqlite3.Connection.execute(points.connection, "PRAGMA page_count").fetchone()[0]
    sqlite3.Connection.execute(points.connection, f"PRAGMA max_page_count={pages}")


def fail_writes(points: Points) -> None:
    """The system refuses every write behind the end of the log: SQLite says "disk I/O error", at the commit too."""
    file = sqlite3.Connection.execute(points.connection, "PRAGMA database_list").fetchone()[2]
    log = Path(f"{file}-wal")
    _, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (log.stat().st_size if log.exists() else 0, hard))


STRIKES: dict[str, Callable[[Points], None]] = {
    "the connection drops": drop_connection,
    "the disk is full": fill_disk,
    "the disk fails": fail_writes,
}
"""What may happen at a point. The first is PostgreSQL's, the others SQLite's: a server's disk is its own."""


def lying(amount: int, currency: str) -> Operation:
    """A provider that charges something else than what it was asked for."""

    async def prepare(shop: Workshop, tell: Told) -> Deed:
        ctx, key = await cart_ready(shop, CARD, PAYS)
        provider = books(shop)

        async def deed() -> None:
            provider.misstate = (amount, currency)
            if await order_of(ctx, key) is not None:
                tell(wrong=f"an order was placed on {amount} {currency}")
            provider.misstate = None

        return deed

    return Operation(prepare)


async def prepare_slow(shop: Workshop, tell: Told) -> Deed:
    """A provider that answers after nobody waits for it any more."""
    ctx, key = await cart_ready(shop, CARD, PAYS)
    provider = books(shop)

    async def deed() -> None:
        patience = PaymentProvider.policy
        PaymentProvider.policy = Policy(patience.kind, 0.05)
        provider.latency = 0.2
        answer = await submit(ctx, key, "one")
        provider.latency, PaymentProvider.policy = 0.0, patience
        tell(answered=type(answer).__name__)

    return deed


async def prepare_contradiction(shop: Workshop, tell: Told) -> Deed:
    """Signed news that contradict each other and the books: captured, failed, refunded, of more than there is."""
    ctx, key = await cart_ready(shop, CARD, CHALLENGES)
    await order_of(ctx, key)
    provider = books(shop)
    charge = list(provider.charges.values())[-1]

    def news(state: PaymentState, captured: int, refunded: int, name: str) -> bytes:
        said = PaymentReport(
            state=state, payment_key=charge.key, provider_reference=charge.reference, reference=name,
            currency=charge.currency, authorised=captured, captured=captured, refunded=refunded,
        )  # fmt: skip
        body = {"id": f"evt_{name}_{charge.key}", "kind": "charge", "report": msgspec.to_builtins(said)}
        return json.dumps(body).encode()

    told = [
        news(PaymentState.FAILED, 0, 0, "failed"),
        news(PaymentState.REFUNDED, charge.amount, charge.amount, "refunded"),
        news(PaymentState.CANCELLED, 0, 0, "cancelled"),
    ]

    async def deed() -> None:
        for body in told:
            message = provider.sign(body)
            await _taken(shop, message.headers, message.body)

    return deed


async def prepare_disorder(shop: Workshop, tell: Told) -> Deed:
    """Every message of three payments comes twice, from the last to the first, all at the same moment."""
    provider = books(shop)
    for _ in range(3):
        ctx, key = await cart_ready(shop, CARD, CHALLENGES)
        await order_of(ctx, key)
        provider.complete_challenge(list(provider.charges)[-1])
        provider.keep()
    told = list(reversed(provider.outgoing)) * 2

    async def deed() -> None:
        await asyncio.gather(*(_taken(shop, message.headers, message.body) for message in told))

    return deed


async def _taken(shop: Workshop, headers: dict[str, str], body: bytes) -> None:
    try:
        await take_message(shop.ctx, "books", headers, body)
    except Refusal:
        return


def jumping(*hours: float) -> Operation:
    """The clock jumps in the middle of a checkout with a step, while its goods are held."""

    async def prepare(shop: Workshop, tell: Told) -> Deed:
        ctx, key = await cart_ready(shop, CARD, CHALLENGES)
        provider = books(shop)

        async def deed() -> None:
            answer: Any = await submit(ctx, key, "one")
            for jump in hours:
                shop.clock.move(hours=jump)
                await expire_attempts(shop.ctx)
                await reconcile_payments(shop.ctx)
            provider.complete_challenge(list(provider.charges)[-1])
            provider.keep()
            await attempt(ctx, answer.attempt_key)

        return deed

    return Operation(prepare)


async def prepare_restart(shop: Workshop, tell: Told) -> Deed:
    """Cash orders one after the other, each tried until it is there, while somebody restarts the server."""
    carts = [await cart_ready(shop, CASH) for _ in range(12)]
    tell(ready=True)

    async def deed() -> None:
        confirmed, failed = list[int](), 0
        for ctx, key in carts:
            for _ in range(100):
                try:
                    order_id = await order_of(ctx, key)
                except (Refusal, Fault):
                    failed += 1
                    await asyncio.sleep(0.05)
                    continue
                confirmed += [order_id] if order_id is not None else []
                break
            await asyncio.sleep(0.05)
        tell(confirmed_all=confirmed, failed_all=failed)

    return deed


FAULTS: dict[str, Operation] = {
    "a provider that charges less": lying(1, "EUR"),
    "a provider that charges more": lying(999_999, "EUR"),
    "a provider that charges another currency": lying(1_840, "USD"),
    "a provider that is too slow": Operation(prepare_slow),
    "news that contradict each other": Operation(prepare_contradiction),
    "news doubled and shuffled": Operation(prepare_disorder),
    "the clock jumps a day on": jumping(24),
    "the clock jumps an hour back": jumping(-1),
    "the clock jumps back and on again": jumping(-1, 26, -25),
    "orders while the server restarts": Operation(prepare_restart),
}
"""By what a person would call it. Messages that are withheld need no deed: none of the others delivers any."""
