"""Rows of several tables written in one call: what a transaction of many inserts is made of."""

from typing import Any

import pytest
from sqlalchemy import BigInteger, Column, insert, select, update

from vetrina.kernel.context import Context
from vetrina.kernel.db import Conflict, table_of
from vetrina.kernel.db.constructs import transaction_id
from vetrina.kernel.db.rows import add_and_tell, add_together, listed, take_keys
from vetrina.kernel.messages import OutboxEvent, OutboxFailure

EVENT = insert(table_of(OutboxEvent)).values(tx_id=transaction_id())
FAILURE = insert(table_of(OutboxFailure))


def event(ctx: Context, key: int, **more: Any) -> dict[str, Any]:
    rang: dict[str, Any] = {"name": "Rang", "version": 1, "subject": "bell:1", "payload": {}, "at": ctx.now()}
    return {"id": key} | rang | more


def failure(ctx: Context, event_id: int, subscriber: str) -> dict[str, Any]:
    return {
        "subscriber": subscriber, "event_id": event_id, "subject": "bell:1", "attempts": 1, "next_at": ctx.now(),
        "parked_at": None, "error": "it's “broken”\n",
    }  # fmt: skip


async def test_rows_that_name_each_other_are_written_in_one_call(ctx: Context) -> None:
    async with ctx.tx() as session:
        events, failures = await take_keys(session, (OutboxEvent, 2), (OutboxFailure, 0))
        assert len({*events}) == 2
        assert failures == []
        await add_together(
            session,
            (EVENT, event(ctx, events[0], payload={"title": "L’olio", "tags": ["a", None], "n": 2**53})),
            (FAILURE, [failure(ctx, events[0], "one"), failure(ctx, events[0], "two")]),
            (FAILURE, []),
        )
    [stored] = await ctx.db.fetch(select(OutboxEvent.id, OutboxEvent.payload, OutboxEvent.at))
    assert stored == (events[0], {"title": "L’olio", "tags": ["a", None], "n": 2**53}, ctx.now())
    found = await ctx.db.fetch(
        select(OutboxFailure.subscriber, OutboxFailure.next_at, OutboxFailure.parked_at, OutboxFailure.error)
        .where(OutboxFailure.event_id == events[0])
        .order_by(OutboxFailure.subscriber)
    )
    assert found == [(name, ctx.now(), None, "it's “broken”\n") for name in ("one", "two")]


async def test_a_broken_constraint_of_one_table_leaves_nothing_in_the_others(ctx: Context) -> None:
    with pytest.raises(Conflict):
        async with ctx.tx() as session:
            await add_together(
                session, (EVENT, event(ctx, 7)), (FAILURE, [failure(ctx, 7, "one"), failure(ctx, 7, "one")])
            )
    assert await ctx.db.fetch(select(OutboxEvent.id)) == []


async def test_rows_of_one_part_are_written_in_their_order(ctx: Context) -> None:
    async with ctx.tx() as session:
        [keys] = await take_keys(session, (OutboxEvent, 3))
        await add_together(session, (EVENT, [event(ctx, key, subject=f"bell:{key}") for key in keys]))
    assert await ctx.db.fetch(select(OutboxEvent.id, OutboxEvent.subject).order_by(OutboxEvent.id)) == [
        (key, f"bell:{key}") for key in sorted(keys)
    ]


async def test_keys_are_never_given_out_twice(ctx: Context) -> None:
    taken = list[int]()
    for _ in range(3):
        async with ctx.tx() as session:
            [keys] = await take_keys(session, (OutboxEvent, 2))
            await add_together(session, *((EVENT, event(ctx, key)) for key in keys))
            taken += keys
    assert len(set(taken)) == 6


async def test_written_rows_tell_their_keys(ctx: Context) -> None:
    rows = [{key: value for key, value in event(ctx, 0, subject=f"bell:{number}").items() if key != "id"}
            for number in range(3)]  # fmt: skip
    async with ctx.tx() as session:
        told = await add_and_tell(session, OutboxEvent, [row | {"tx_id": 0} for row in rows], "id", "subject")
        assert await add_and_tell(session, OutboxEvent, [], "id") == []
    stored = await ctx.db.fetch(select(OutboxEvent.id, OutboxEvent.subject, OutboxEvent.at, OutboxEvent.payload))
    assert sorted(told) == sorted((key, subject) for key, subject, _, _ in stored)
    assert [(at, payload) for _, _, at, payload in stored] == [(ctx.now(), {})] * 3


async def test_a_list_of_rows_is_joined_like_a_table(ctx: Context) -> None:
    async with ctx.tx() as session:
        await add_together(session, *((EVENT, event(ctx, key)) for key in (1, 2, 3)))
        wanted = listed(session.dialect.name, "wanted", Column("event", BigInteger), Column("place", BigInteger))
        statement = (
            update(OutboxEvent)
            .where(OutboxEvent.id == wanted.c.event)
            .values(position=wanted.c.place)
            .returning(OutboxEvent.id, OutboxEvent.position)
        )
        found = await session.fetch(
            statement, {"wanted": [{"event": 1, "place": 10}, {"event": 3, "place": 30}, {"event": 9, "place": 9}]}
        )
    assert sorted(found) == [(1, 10), (3, 30)]
