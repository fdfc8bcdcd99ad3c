"""A claim has its effect once: the outcome is kept with it, others wait for it, and nothing is kept for ever."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta

import msgspec
import pytest
from sqlalchemy import func, select
from tests.support.factories import make_product
from tests.support.shops import StillClock

from vetrina.flows.catalog import (
    CollectionSheet,
    NewProduct,
    NewVariant,
    OptionSheet,
    ValueSheet,
    add_variants,
    arrange_variants,
    create_collection,
    create_product,
    put_in_collection,
    take_from_collection,
)
from vetrina.flows.prices import PriceChange, set_prices
from vetrina.flows.staff.tokens import issue_token
from vetrina.kernel import idempotency
from vetrina.kernel.context import Context, once
from vetrina.kernel.db import Reads
from vetrina.kernel.errors import Unavailable
from vetrina.kernel.idempotency import RUN_AGAIN, Claim, IdempotencyAnswer, Repeated, StillClaimed
from vetrina.kernel.messages.inbox import InboxMessage


class Rung(msgspec.Struct, frozen=True):
    """An outcome with a secret in it."""

    times: int
    secret: str = "the-secret-in-the-outcome"


def claimed(ctx: Context, *, owner: str = "cart a", field: str = "ring", request: str = "r1") -> Context:
    """The context of one more request with the same key."""
    return msgspec.structs.replace(ctx, claim=Claim(owner, "key-12345678", field, request))


async def ring(ctx: Context) -> None:
    """An effect that could happen any number of times."""
    async with ctx.tx() as session:
        await session.insert(InboxMessage, source="bell", key=f"{await rings(session)}", at=ctx.now(), body=None)
        session.outcome = Rung(7)


async def rings(reads: Reads) -> int:
    return await reads.value(select(func.count()).select_from(InboxMessage))


async def known(ctx: Context) -> idempotency.Remembered | None:
    assert ctx.claim is not None
    return await idempotency.look_up(ctx.db, ctx.claim)


async def test_a_repeat_has_no_effect_and_recalls_the_outcome(ctx: Context) -> None:
    await ring(claimed(ctx))
    again = claimed(ctx)
    with pytest.raises(Repeated):
        await ring(again)
    assert again.recall(Rung) is msgspec.UNSET
    assert again.claim is not None
    again.claim.known = await known(again)
    assert again.recall(Rung) == Rung(7)
    assert await rings(ctx.db) == 1


async def test_who_recalled_may_go_on_with_further_transactions(ctx: Context) -> None:
    await ring(claimed(ctx))
    again = claimed(ctx)
    assert again.claim is not None
    again.claim.known = await known(again)
    again.recall(Rung)
    await ring(again)
    assert await rings(ctx.db) == 2


async def test_without_a_claim_each_call_has_its_effect(ctx: Context) -> None:
    await ring(ctx)
    await ring(ctx)
    assert await rings(ctx.db) == 2
    assert ctx.recall(Rung) is msgspec.UNSET


async def test_fifty_at_once_have_one_effect(ctx: Context) -> None:
    results = await asyncio.gather(*(ring(claimed(ctx)) for _ in range(50)), return_exceptions=True)
    assert sorted(type(result).__name__ for result in results) == ["NoneType", *["Repeated"] * 49]
    assert await rings(ctx.db) == 1


async def test_a_transaction_that_failed_leaves_the_claim_free(ctx: Context) -> None:
    first = claimed(ctx)
    with pytest.raises(KeyError):
        async with first.tx() as session:
            session.outcome = Rung(1)
            raise KeyError
    assert await known(first) is None
    assert first.claim is not None
    assert not first.claim.is_held
    await ring(claimed(ctx))
    assert await rings(ctx.db) == 1


async def test_only_the_first_transaction_of_a_flow_claims(ctx: Context) -> None:
    flow = claimed(ctx)
    await ring(flow)
    await ring(flow)
    assert await rings(ctx.db) == 2


async def test_owners_fields_and_keys_are_independent(ctx: Context) -> None:
    await ring(claimed(ctx))
    await ring(claimed(ctx, owner="cart b"))
    await ring(claimed(ctx, field="ringAgain"))
    assert await rings(ctx.db) == 3


async def test_another_request_under_the_key_is_told_whatever_field_it_asks_for(ctx: Context) -> None:
    await ring(claimed(ctx))
    other = claimed(ctx, field="toll", request="r2")
    found = await known(other)
    assert found is not None
    assert found.request_hash == "r1"
    assert await known(claimed(ctx, owner="cart b", request="r2")) is None


async def test_a_repeat_hears_of_nothing_before_it_is_committed(ctx: Context) -> None:
    """On SQLite transactions share a commit: the repeat's own must have ended too."""
    seen: list[int] = []

    async def repeat() -> None:
        try:
            await ring(claimed(ctx))
        except Repeated:
            seen.append(await rings(ctx.db))

    await asyncio.gather(*(repeat() for _ in range(10)))
    assert seen == [1] * 9


async def test_secrets_are_sealed(ctx: Context) -> None:
    first = claimed(ctx)
    await ring(first)
    assert first.claim is not None
    await idempotency.keep_answer(ctx.db, first.claim, ctx.shop.vault, b"the-secret-in-the-answer", ctx.now())
    rows = await ctx.db.fetch(select(IdempotencyAnswer.outcome, IdempotencyAnswer.answer))
    assert len(rows) == 1
    assert all(text and "secret" not in text for text in rows[0])
    found = await known(first)
    assert found is not None
    assert idempotency.read_answer(found, ctx.shop.vault) == b"the-secret-in-the-answer"


async def test_the_first_answer_stays(ctx: Context) -> None:
    """Also between those that had no effect, and so hold no claim."""
    first, second, vault = claimed(ctx), claimed(ctx), ctx.shop.vault
    assert first.claim is not None
    assert second.claim is not None
    assert await idempotency.keep_answer(ctx.db, first.claim, vault, b"1", ctx.now()) is None
    stands = await idempotency.keep_answer(ctx.db, second.claim, vault, b"2", ctx.now())
    assert stands is not None
    assert idempotency.read_answer(stands, vault) == b"1"
    with pytest.raises(Repeated):
        await ring(claimed(ctx))


async def test_one_alone_takes_over_from_a_dead_holder(ctx: Context) -> None:
    first = claimed(ctx)
    async with first.tx() as session:
        session.outcome = RUN_AGAIN
    found = await known(first)
    assert found is not None
    assert found.may_run_again
    assert found.outcome is None
    heirs = [claimed(ctx).claim for _ in range(5)]
    later = ctx.now() + idempotency.BUSY
    taken = await asyncio.gather(*(idempotency.take_over(ctx.db, heir, found, later) for heir in heirs if heir))
    assert sorted(taken) == [False] * 4 + [True]


async def test_an_outcome_takes_the_place_of_running_again(ctx: Context) -> None:
    flow = claimed(ctx)
    async with flow.tx() as session:
        session.outcome = RUN_AGAIN
    await ring(flow)
    found = await known(flow)
    assert found is not None
    assert not found.may_run_again
    assert found.outcome is not None


@once
async def ring_twice(ctx: Context, louder: bool) -> Rung:
    async with ctx.tx() as session:
        await session.insert(InboxMessage, source="bell", key="once", at=ctx.now(), body=None)
        rung = session.outcome = Rung(2 if louder else 1)
    return rung


@once
async def ring_quietly(ctx: Context) -> None:
    async with ctx.tx() as session:
        await session.insert(InboxMessage, source="bell", key="once", at=ctx.now(), body=None)


async def repeating(ctx: Context) -> Context:
    """The context of a request whose key has left something."""
    again = claimed(ctx)
    assert again.claim is not None
    again.claim.known = await known(again)
    assert again.claim.known is not None
    return again


async def test_a_flow_marked_once_returns_what_it_returned(ctx: Context) -> None:
    assert await ring_twice(claimed(ctx), louder=True) == Rung(2)
    assert await ring_twice(await repeating(ctx), louder=True) == Rung(2)
    assert await rings(ctx.db) == 1


async def test_a_flow_that_returns_nothing_needs_to_set_nothing(ctx: Context) -> None:
    await ring_quietly(claimed(ctx))
    await ring_quietly(await repeating(ctx))
    assert await rings(ctx.db) == 1


async def test_the_staffs_flows_repeat_what_they_returned(ctx: Context) -> None:
    """Each that returns something keeps it in its transaction."""
    oil = await make_product(ctx, options={"Size": ("S",)})
    shelf = await create_collection(ctx, CollectionSheet(title="Shelf"))
    await put_in_collection(ctx, shelf.collection_id, [oil.product_id])
    large = NewVariant(options=(("Size", "L"),))
    calls: list[Callable[[Context], Awaitable[object]]] = [
        lambda ctx: create_product(ctx, NewProduct(title="Salt", variants=(NewVariant(),))),
        lambda ctx: create_collection(ctx, CollectionSheet(title="Cellar")),
        lambda ctx: add_variants(ctx, oil.product_id, [large]),
        lambda ctx: arrange_variants(
            ctx, oil.product_id, [OptionSheet(name="Size", values=(ValueSheet(name="L"),))], [large]
        ),
        lambda ctx: take_from_collection(ctx, shelf.collection_id, [oil.product_id]),
        lambda ctx: set_prices(ctx, [PriceChange(variant_id=oil.variant_ids[0], amount="9.00")]),
        lambda ctx: issue_token(ctx, "till", ["catalog.read"]),
    ]
    for number, call in enumerate(calls):
        claim = Claim("token:1", "key-12345678", f"field{number}", "r1")
        first = await call(msgspec.structs.replace(ctx, claim=claim))
        again = Claim("token:1", "key-12345678", f"field{number}", "r1", known=await idempotency.look_up(ctx.db, claim))
        assert await call(msgspec.structs.replace(ctx, claim=again)) == first, number


async def test_claims_are_forgotten_after_a_day(
    ctx: Context, clock: StillClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(idempotency, "FORGOTTEN_AT_ONCE", 2)
    for number in range(5):
        await ring(claimed(ctx, field=f"old{number}"))
    clock.move(hours=1)
    await ring(claimed(ctx, field="new"))
    clock.move(hours=23)
    await idempotency.forget(ctx, {})
    assert await ctx.db.value(select(func.count()).select_from(IdempotencyAnswer)) == 6
    clock.move(seconds=1)
    await idempotency.forget(ctx, {})
    assert await ctx.db.fetch(select(IdempotencyAnswer.field)) == [("new",)]
    await ring(claimed(ctx, field="old0"))
    assert await rings(ctx.db) == 7


async def test_waiting_too_long_for_a_claim_is_told(ctx: Context, monkeypatch: pytest.MonkeyPatch) -> None:
    async def gives_up(*_: object, **__: object) -> bool:
        raise Unavailable("canceling statement due to statement timeout")

    monkeypatch.setattr("vetrina.kernel.db.session.Session.add_if_absent", gives_up)
    with pytest.raises(StillClaimed):
        await ring(claimed(ctx))


def test_a_claim_is_kept_longer_than_an_operation_runs() -> None:
    from vetrina.graphql.limits import DEADLINE

    assert timedelta(seconds=DEADLINE) < idempotency.BUSY < idempotency.KEPT
