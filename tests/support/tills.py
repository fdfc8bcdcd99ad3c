"""A small GraphQL API over real flows, whose requests can be cut off where it hurts."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from typing import Any

import httpx
import msgspec
import strawberry
from litestar import Litestar
from sqlalchemy import func, select

from vetrina.flows.cart.carts import NewCart, create_cart
from vetrina.flows.cart.changes import CartOutcome
from vetrina.flows.cart.fitting import LineInput
from vetrina.flows.cart.lines import add_lines
from vetrina.graphql import Info, batch, ctx_of, gid, key_of, root
from vetrina.graphql.http import Endpoint, Headers, Question, handler
from vetrina.graphql.schema import compose
from vetrina.kernel.context import BUYER, Actor, Context, Shop
from vetrina.kernel.errors import BadInput
from vetrina.kernel.idempotency import RUN_AGAIN
from vetrina.kernel.messages.inbox import InboxMessage
from vetrina.views.carts import cart_lines
from vetrina_storefront.owners import owner_of


class Till:
    """What the mutations do besides: raise after their effect, or never come back."""

    def __init__(self) -> None:
        self.is_broken = False
        self.is_stuck = False
        self.has_stuck = asyncio.Event()
        self.runs = 0

    async def after_effect(self) -> None:
        """Called with the effect committed and the answer not yet made."""
        if self.is_stuck:
            self.has_stuck.set()
            await asyncio.Event().wait()
        if self.is_broken:
            raise RuntimeError("the drawer is jammed")


class CartSlip(msgspec.Struct, frozen=True):
    """An outcome on its way to the wire."""

    outcome: CartOutcome

    @property
    def id(self) -> str | None:
        return gid("Cart", self.outcome.cart_key) if self.outcome.cart_key else None

    @property
    def version(self) -> int | None:
        return self.outcome.cart.version if self.outcome.cart else None

    @property
    def errors(self) -> list[str]:
        return [problem.code for problem in self.outcome.errors]


async def load_quantity(slips: Sequence[CartSlip], info: Info) -> list[int]:
    """Pieces in each cart, as the database has them now."""
    ids = [slip.outcome.cart.id for slip in slips if slip.outcome.cart]
    lines = await cart_lines(ctx_of(info).db, ids)
    return [sum(line.quantity for line in lines if slip.outcome.cart and line.cart_id == slip.outcome.cart.id)
            for slip in slips]  # fmt: skip


@strawberry.type
class Slip:
    id: str | None
    version: int | None
    errors: list[str]
    quantity: int = batch(load_quantity)


@strawberry.type
class Query:
    @root
    async def rings(self, info: Info) -> int:
        return await ctx_of(info).db.value(select(func.count()).select_from(InboxMessage))


def mutations(till: Till) -> type[Any]:
    @strawberry.type
    class Mutation:
        @root
        async def add(self, info: Info, cart_id: str, variant: int, quantity: int = 1) -> Slip:
            """A flow that keeps its outcome."""
            till.runs += 1
            wanted = [LineInput(variant_id=variant, quantity=quantity)]
            outcome = await add_lines(ctx_of(info), key_of(cart_id, "Cart", field=("cartId",)), wanted)
            await till.after_effect()
            slip: Any = CartSlip(outcome)
            return slip

        @root
        async def open(self, info: Info, variant: int) -> Slip:
            outcome = await create_cart(ctx_of(info), NewCart(lines=(LineInput(variant_id=variant),)))
            await till.after_effect()
            slip: Any = CartSlip(outcome)
            return slip

        @root
        async def ring(self, info: Info, cart_id: str | None = None) -> int:
            """A flow that keeps nothing; how often the bell has been rung."""
            till.runs += 1
            if cart_id == "unwanted":
                raise BadInput(field=("cartId",), problem="Not here.")
            count = await _ring(ctx_of(info))
            await till.after_effect()
            return count

        @root
        async def ring_by_itself(self, info: Info, cart_id: str, token: str) -> int:
            """A flow that is idempotent by its token."""
            till.runs += 1
            ctx = ctx_of(info)
            async with ctx.tx() as session:
                session.outcome = RUN_AGAIN
                await session.add_if_absent(InboxMessage, source="token", key=token, at=ctx.now(), body=None)
            await till.after_effect()
            return await ctx.db.value(select(func.count()).select_from(InboxMessage))

        @root
        async def guarded(self, info: Info) -> int:
            ctx_of(info).require("bell.ring")
            return await _ring(ctx_of(info))

    return Mutation


async def _ring(ctx: Context) -> int:
    async with ctx.tx() as session:
        count = await session.value(select(func.count()).select_from(InboxMessage))
        await session.insert(InboxMessage, source="bell", key=str(count), at=ctx.now(), body=None)
    return count + 1


@asynccontextmanager
async def served(ctx: Context, till: Till, shop: Shop | None = None) -> AsyncGenerator[httpx.AsyncClient]:
    """Speaks to the API over a shop; the header x-token says which staff asks."""

    async def admit(headers: Headers) -> Actor:
        token = headers.get("x-token")
        return Actor("staff", name=f"token:{token}") if token else BUYER

    async def make_context(actor: Actor, headers: Headers, _: Question) -> Context:
        granted = frozenset(headers.get("x-may", "").split())
        actor = msgspec.structs.replace(actor, permissions=granted)
        return msgspec.structs.replace(ctx, shop=shop or ctx.shop, actor=actor)

    schema = compose("storefront", query=[Query], mutation=[mutations(till)])
    front = Endpoint(schema, admit, make_context, lambda: "trail", owner_of=owner_of)
    back = Endpoint(schema, admit, make_context, lambda: "trail")
    app: Any = Litestar([handler(front, "/front"), handler(back, "/back")], openapi_config=None, logging_config=None)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://till.test") as client:
        yield client
