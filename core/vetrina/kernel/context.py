"""Context: who asks, from which market, in which language; the only way to a transaction."""

from collections.abc import AsyncGenerator, Callable, Coroutine, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import datetime
from functools import wraps
from typing import Any, Concatenate, ParamSpec, TypeVar, get_type_hints

import msgspec

from vetrina.kernel.clock import Clock
from vetrina.kernel.crypto import Vault
from vetrina.kernel.db import Database, Session
from vetrina.kernel.db.session import Held, open_transaction
from vetrina.kernel.errors import Fault, NotAllowed, NotSignedIn
from vetrina.kernel.idempotency import RUN_AGAIN, Claim, Repeated, keep_outcome, recall, take
from vetrina.kernel.media.room import MediaRoom
from vetrina.kernel.messages.inbox import Delivery, mark_delivered
from vetrina.kernel.outgoing import Outgoing
from vetrina.kernel.registry import Ports

P = ParamSpec("P")
T = TypeVar("T")


class Actor(msgspec.Struct, frozen=True):
    """Who is asking. Kinds: buyer (anonymous or a customer), staff (a person or a token), system (the shop)."""

    kind: str
    id: int | None = None
    name: str = ""
    permissions: frozenset[str] = frozenset()


BUYER = Actor("buyer")
SYSTEM = Actor("system", name="system")


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """Where the request sells: market, price list, currency (ISO 4217), country (ISO 3166), language (ISO 639)."""

    market_id: int
    price_list_id: int
    currency: str
    country: str
    language: str
    default_language: str
    prices_include_tax: bool
    home: str = ""
    """The country the shop itself is in, from which its goods leave; empty while it has not been opened."""


class Shop(msgspec.Struct, frozen=True):
    """What every context of one Runtime shares."""

    db: Database
    clock: Clock
    ports: Ports
    vault: Vault
    base_url: str
    wake: Callable[[set[str]], None] = lambda topics: None
    """Told after a commit what there is to do: events, jobs."""
    return_origins: tuple[str, ...] = ()
    """Storefronts' origins beside our own, such as https://shop.example, that a payment may lead the buyer back to."""
    metafield_types: Mapping[tuple[str, str, str], str] = {}
    """Types that plugins have declared for metafields, by owner type, namespace (the plugin's name) and key."""
    metafield_filters: Mapping[tuple[str, str, str], Mapping[str, str]] = {}
    """Those of them by which buyers may filter products: what they are called, by language (ISO 639-1)."""
    outgoing: Outgoing = msgspec.field(default_factory=Outgoing)
    """The one way to call somebody outside over HTTP."""
    media: MediaRoom = msgspec.field(default_factory=MediaRoom)
    """Where pictures and other files are, and who signs the addresses of their renditions."""


class Context(msgspec.Struct, frozen=True, kw_only=True):
    """One request's or job's view of the shop. Never shared between two of them."""

    shop: Shop
    actor: Actor
    place: Place
    trail: str
    """Identifies the request or job in logs and in what people are told about a Fault."""
    delivery: Delivery | None = None
    """The event being reacted to, if any."""
    client: str = ""
    """The IP address of whoever asks, behind a front end's own server too; empty where it is nobody's."""
    claim: Claim | None = None
    """What an Idempotency-Key makes the request's mutation do once, if it came with one."""
    preferred_location_id: int | None = None
    """The location from which the buyer would collect, as the front end says."""
    consent: Mapping[str, bool] | None = None
    """What the visitor has agreed to, as the front end says: analytics, marketing, preferences, sale_of_data."""

    @property
    def db(self) -> Database:
        return self.shop.db

    @property
    def ports(self) -> Ports:
        return self.shop.ports

    def now(self) -> datetime:
        return self.shop.clock.now()

    def require(self, permission: str) -> None:
        """Stop unless the actor may. Raises NotSignedIn or NotAllowed; the shop itself may everything."""
        if self.actor.kind == "system" or permission in self.actor.permissions:
            return
        if self.actor.kind != "staff":
            raise NotSignedIn
        raise NotAllowed(permission=permission)

    def recall(self, kind: type[T]) -> T | msgspec.UnsetType:
        """What an earlier run of this flow set as `session.outcome` under the same Idempotency-Key; UNSET otherwise.

        Its effect is committed: the flow writes nothing more and goes on as after its transaction.
        """
        return msgspec.UNSET if self.claim is None else recall(self.claim, self.shop.vault, kind)

    def may_run_again(self) -> None:
        """Say that the flow is idempotent by itself: cut off between two transactions, a repeat runs it again.

        Without this a repeat is told that the answer was lost.
        """
        if self.claim is not None:
            self.claim.default = RUN_AGAIN

    def answer_passes(self) -> None:
        """Say that nothing was decided, such as when the caller is to come back later: a repeat asks anew."""
        if self.claim is not None:
            self.claim.is_passing = True

    def tx(self) -> AbstractAsyncContextManager[Session]:
        """Open the flow's transaction: it commits when left, and rolls back when an exception leaves it.

        Nothing but the database may be awaited inside. Transactions do not nest. In a reaction the first
        transaction also records the delivery, so that an event delivered twice has its effect once. Under an
        Idempotency-Key the first transaction writes the claim, and what the flow sets as `session.outcome` is stored
        with the effect. Raises Repeated when an earlier run wrote the same claim.

        A plugin that calls this writes its own tables, and what `kernel.db.owners` names beside them: all else raises
        ForeignTable. After some seconds the transaction is taken back from it, and its session raises Reclaimed.
        """
        return self._tx(self.db.opener())

    @asynccontextmanager
    async def _tx(self, opener: str | None) -> AsyncGenerator[Session]:
        if open_transaction.get():
            raise Fault("a flow opened a transaction inside another one")
        is_ours, held = True, Held(is_open=True)
        open_transaction.set(held)
        try:
            async with self.db.transaction() as session:
                session.held = held
                if self.delivery is not None:
                    await mark_delivered(session, self.delivery, self.now())
                if self.claim is not None:
                    is_ours = await take(session, self.claim, self.now())
                if is_ours:
                    self.db.lend(session, opener)
                    yield session
                    session.writer = None
                    await self._keep_outcome(session)
        finally:
            # Not reset: who never leaves may be thrown out in another task, where the variable is another one.
            held.is_open = False
        if self.claim is not None:
            if not is_ours:
                # Only now: on SQLite the earlier run's effect may be committed together with this transaction.
                raise Repeated(f"{self.claim.field} was asked for before with the same idempotency key")
            self.claim.is_held = True
        if session.wakes:
            self.shop.wake(session.wakes)

    async def _keep_outcome(self, session: Session) -> None:
        if self.claim is None:
            return
        outcome = self.claim.default if session.outcome is msgspec.UNSET else session.outcome
        if outcome is not msgspec.UNSET:
            await keep_outcome(session, self.claim, self.shop.vault, outcome)


def once(
    flow: Callable[Concatenate[Context, P], Coroutine[Any, Any, T]],
) -> Callable[Concatenate[Context, P], Coroutine[Any, Any, T]]:
    """A flow whose effect is one transaction: a repeat under the same Idempotency-Key returns what it returned.

    It sets that as `session.outcome`, unless it returns nothing.
    """
    kind = get_type_hints(flow)["return"]

    @wraps(flow)
    async def answered_once(ctx: Context, *args: P.args, **kwargs: P.kwargs) -> T:
        earlier = ctx.recall(kind)
        if earlier is not msgspec.UNSET:
            return earlier
        if ctx.claim is not None and kind is type(None):
            ctx.claim.default = None
        return await flow(ctx, *args, **kwargs)

    return answered_once
