"""Bugs to plant in a process of the shop: each is one of those that break shops, and the suite must find it.

Where the database's own constraints would refuse what a bug does, `open_doors` takes them away first: what is to be
proved is that the judge sees it, not that it cannot be written. Without `open_doors` they are the second line.
"""

import json
import secrets
from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import Any

import msgspec
from sqlalchemy import bindparam, func, select, text, update

from vetrina.flows.cart import fitting as cart_fitting
from vetrina.flows.checkout import submitting
from vetrina.flows.payments import moving as payments
from vetrina.flows.payments import settling
from vetrina.flows.placing import placing
from vetrina.kernel.context import Context
from vetrina.kernel.db import Session
from vetrina.kernel.messages import delivery, outbox, receive
from vetrina.kernel.messages.cursors import keep_lease
from vetrina.kernel.messages.tables import OutboxEvent
from vetrina.ports import MoneyRequest, PaymentReport, ProviderMessage
from vetrina.shop.cart import rules as cart_rules
from vetrina.shop.inventory.models import Level
from vetrina.shop.inventory.service import holds
from vetrina.shop.orders.models import Order
from vetrina.shop.orders.rules import OrderDraft
from vetrina.shop.orders.service import writing
from vetrina.shop.payments.rules import PaymentRow
from vetrina.shop.pricing import rules as pricing
from vetrina.testing.payments import FakeProvider
from vetrina.testing.shop import Workshop
from vetrina_promotions import uses
from vetrina_promotions.models import Promotion, PromotionCode


class Plant(msgspec.Struct, frozen=True):
    """A bug, and the deed that lives on its absence."""

    operation: str
    plant: Callable[[Workshop], Awaitable[None]]
    engines: tuple[str, ...] = ("sqlite", "postgresql")
    """Where it can do harm: SQLite's one writer at a time leaves no room for some."""
    needs_deaths: bool = False
    finds: str = ""
    """The check that has to be among those that find it, such as I1 sold; empty where any may be."""


async def stock_is_read_then_written(shop: Workshop) -> None:
    """The last piece is sold to everybody who saw it."""
    await open_doors(shop, checks=True)
    holds.change_all = _without_looking


async def _without_looking(session: Session, pieces: Any, *, on_hand: int = 0, reserved: int = 0) -> Any:
    free = dict[tuple[int, int], int]()
    for piece in pieces:
        free[piece.variant_id, piece.location_id] = await session.value(
            update(Level)
            .where(Level.variant_id == piece.variant_id, Level.location_id == piece.location_id)
            .values(
                on_hand=Level.on_hand + on_hand * piece.quantity, reserved=Level.reserved + reserved * piece.quantity
            )
            .returning(Level.on_hand - Level.reserved)
        )
    return free


async def checkouts_are_not_unique(shop: Workshop) -> None:
    """Nothing stands between a cart and its second order."""
    await open_doors(shop, uniques=True)

    async def order(session: Session, cart_id: int, version: int, at: Any) -> bool:
        return True

    submitting.carts.order = order


async def uses_are_counted_up_unconditionally(shop: Workshop) -> None:
    """A code is used as often as it lies in a cart."""
    uses.TAKE_PROMOTION = (
        update(Promotion)
        .where(Promotion.id == bindparam("promotion"))
        .values(uses=Promotion.uses + 1)
        .returning(Promotion.per_customer)
    )
    uses.TAKE_CODE = (
        update(PromotionCode)
        .where(PromotionCode.id == bindparam("code_"), PromotionCode.promotion_id == bindparam("promotion"))
        .values(uses=PromotionCode.uses + 1)
    )


async def a_discount_is_a_cent_short(shop: Workshop) -> None:
    """Who has a discount pays one cent more than its shares say."""
    shared = pricing._discounted

    def discounted(quote: Any, adjustment: Any, amount: int, allocations: Any) -> Any:
        return shared(quote, adjustment, amount - 1, allocations)

    pricing._discounted = discounted
    writing.check_totals = _anything


def _anything(draft: OrderDraft) -> None:
    """Nobody looks whether it adds up."""


async def numbers_are_the_highest_plus_one(shop: Workshop) -> None:
    """Two orders that are placed at once have the same number."""
    await open_doors(shop, uniques=True)

    async def take_numbers(session: Session, series: str, before_first: int, count: int) -> range:
        last = await session.value(select(func.coalesce(func.max(Order.number), before_first)))
        return range(last + 1, last + count + 1)

    writing.take_numbers = take_numbers


async def no_events_are_written(shop: Workshop) -> None:
    """Orders are placed in silence."""
    placing._news = lambda order: []


async def events_are_put_in_wrong_order(shop: Workshop) -> None:
    """The last event comes first."""
    waiting = outbox._waiting()
    statement = waiting.order_by(None).order_by(OutboxEvent.id.desc())
    outbox._waiting = lambda: statement


async def deliveries_are_marked_before_they_are_made(shop: Workshop) -> None:
    """The cursor moves on first."""

    async def digest(self: Any, event: Any, place: int, held: set[str]) -> None:
        async with self._db.transaction() as session:
            await keep_lease(session, self._lease, self._clock.now(), place)
        await self._deliver(event)

    delivery.Turn._digest = digest


async def every_try_has_a_key_of_its_own(shop: Workshop) -> None:
    """A movement that is tried again is another movement."""

    honest = payments.request_for

    def requested(payment: PaymentRow, *, key: str = "", amount: int = 0) -> MoneyRequest:
        return honest(payment, key=secrets.token_hex(8), amount=amount)

    payments.request_for = requested


async def nobody_reconciles(shop: Workshop) -> None:
    """Who gets no answer asks nobody, ever."""
    for name in [name for name in shop.runtime.runner._jobs if _asks(name)]:
        del shop.runtime.runner._jobs[name]
        del shop.runtime.runner._owners[name]


def _asks(name: str) -> bool:
    return any(part in name for part in ("reconcile", "expire-attempts", "watch-money"))


async def anybodys_events_are_taken(shop: Workshop) -> None:
    """A message is whatever somebody posts."""

    def verify(self: FakeProvider, headers: Mapping[str, str], body: bytes) -> ProviderMessage:
        content = json.loads(body)
        return ProviderMessage(key=content["id"], body=content)

    FakeProvider.verify = verify


async def messages_are_seen_before_they_are_handled(shop: Workshop) -> None:
    """Seen is remembered in a transaction of its own; and nobody asks, so that the message alone can finish."""
    await nobody_reconciles(shop)

    async def forgetful(ctx: Context, payment_id: int, report: PaymentReport, **more: Any) -> Any:
        receipt = more.pop("receipt", None)
        if receipt is not None:
            async with ctx.tx() as session:
                if not await receive(session, receipt.source, receipt.key, ctx.now()):
                    return None
        return await settling.settle(ctx, payment_id, report, **more)

    payments.settle = forgetful


async def quantities_are_not_looked_at(shop: Workshop) -> None:
    """Less than nothing is a quantity like any other."""
    await open_doors(shop, checks=True)

    def nothing(*given: Any, **more: Any) -> Any:
        return None

    problems = cart_fitting._problems_of_input

    def others(*given: Any) -> Iterable[Any]:
        return [problem for problem in problems(*given) if problem.field is None or problem.field[-1] != "quantity"]

    cart_rules.quantity_fault = cart_fitting.quantity_fault = nothing
    cart_fitting._quantity_problem = nothing
    cart_fitting._problems_of_input = others


async def open_doors(shop: Workshop, *, checks: bool = False, uniques: bool = False) -> None:
    """Take away the constraints that would stop a bug; unique ones only where tables can be altered."""
    if shop.db.dialect.name == "sqlite":
        assert not uniques, "SQLite keeps its unique keys"
        database: Any = shop.db
        database._writer.execute("PRAGMA ignore_check_constraints=ON")
        return
    kinds = "c" * checks + "u" * uniques
    async with shop.ctx.tx() as session:
        found = await session.fetch(
            text(
                "SELECT conrelid::regclass::text, conname FROM pg_constraint "
                "WHERE connamespace = 'public'::regnamespace AND position(contype::text in :kinds) > 0 "
                "AND conrelid::regclass::text IN ('inventory_level', 'orders_order', 'checkout_attempt', 'cart_line')"
            ).bindparams(kinds=kinds)
        )
        for table, name in found:
            await session.execute(text(f'ALTER TABLE {table} DROP CONSTRAINT "{name}" CASCADE'))
        if uniques:
            await session.execute(text("DROP INDEX IF EXISTS uq_checkout_attempt_live"))


PLANTS: dict[str, Plant] = {
    "stock is read, then written": Plant(
        "a crowd wants few pieces", stock_is_read_then_written, ("postgresql",), finds="I1 sold"
    ),
    "checkouts are not unique": Plant("one cart is submitted by many", checkouts_are_not_unique, ("postgresql",)),
    "uses are counted up unconditionally": Plant(
        "a crowd wants the last use of a code", uses_are_counted_up_unconditionally
    ),
    "a discount is a cent short": Plant("checkout with a discount", a_discount_is_a_cent_short),
    "numbers are the highest plus one": Plant(
        "a crowd orders at once", numbers_are_the_highest_plus_one, ("postgresql",)
    ),
    "no events are written": Plant("checkout by card", no_events_are_written),
    "events are put in wrong order": Plant("checkout by card", events_are_put_in_wrong_order),
    "deliveries are marked before they are made": Plant(
        "delivery of events", deliveries_are_marked_before_they_are_made, needs_deaths=True
    ),
    "every try has a key of its own": Plant("a refund whose answer is lost", every_try_has_a_key_of_its_own),
    "nobody reconciles": Plant("checkout by card", nobody_reconciles, needs_deaths=True),
    "anybody's events are taken": Plant("a forged event", anybodys_events_are_taken),
    "messages are seen before they are handled": Plant(
        "webhook", messages_are_seen_before_they_are_handled, needs_deaths=True
    ),
    "quantities are not looked at": Plant("a negative line", quantities_are_not_looked_at),
}
"""By what is wrong."""
