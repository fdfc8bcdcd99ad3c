"""Idempotency keys: what is asked for twice has its effect once, and the same answer both times."""

from datetime import datetime, timedelta
from typing import Any, TypeVar

import msgspec
from sqlalchemy import Index, UniqueConstraint, bindparam, case, delete, or_, select, update
from sqlalchemy.orm import Mapped, mapped_column

from vetrina.kernel.crypto import Vault
from vetrina.kernel.db import Database, Model, Reads, Session, private
from vetrina.kernel.errors import Fault, Unavailable

KEPT = timedelta(hours=24)
"""How long a repeat is recognised."""
BUSY = timedelta(seconds=12)
"""After this a request that has not answered is dead: longer than any operation may take."""
FORGOTTEN_AT_ONCE = 1_000

RUN_AGAIN: Any = object()
"""The outcome of a transaction of a flow that is idempotent by itself, and runs again after a crash."""

_PURPOSE = "idempotency"

T = TypeVar("T")


class IdempotencyAnswer(Model):
    """What became of one root field of a mutation that came with a key.

    Written by the transaction of the effect, with the flow's outcome in it; the answer as it went over the wire
    follows. Both are sealed: they hold secrets. A row with neither is a request that is running, or was cut off.
    """

    __tablename__ = "idempotency_answer"

    id: Mapped[int] = mapped_column(primary_key=True)
    owner: Mapped[str]
    key: Mapped[str]
    field: Mapped[str]
    request_hash: Mapped[str]
    outcome: Mapped[str | None]
    answer: Mapped[str | None]
    may_run_again: Mapped[bool]
    busy_until: Mapped[datetime]
    created_at: Mapped[datetime]

    __table_args__ = (
        UniqueConstraint("owner", "key", "field"),
        Index("ix_idempotency_answer_created_at", "created_at"),
    )


private(IdempotencyAnswer)


class Remembered(msgspec.Struct, frozen=True):
    """What is known of a claim; `outcome` and `answer` are sealed."""

    id: int
    request_hash: str
    outcome: str | None
    answer: str | None
    may_run_again: bool
    busy_until: datetime


class Claim(msgspec.Struct):
    """One root field's right to have its effect. Written by the first transaction its flow opens."""

    owner: str
    key: str
    field: str
    request_hash: str
    known: Remembered | None = None
    """What an earlier request with the same key left, if it left an outcome to go on with."""
    default: Any = msgspec.UNSET
    """The outcome of transactions that set none."""
    is_passing: bool = False
    """Whether the answer may be another the next time, and is not stored."""
    is_held: bool = False
    """Its row is committed and this run goes on with it: further transactions do not ask again."""


class StillClaimed(Unavailable):
    """Somebody holds the same claim for longer than the database waits."""


class Repeated(Fault):
    """An earlier run with the same key has already had the flow's effect, or is having it.

    No flow catches this: whoever gave the context its claim looks up what is known, and runs again if it helps.
    """


def recall(claim: Claim, vault: Vault, kind: type[T]) -> T | msgspec.UnsetType:
    """The outcome an earlier run left, as `kind`; UNSET when there is none. From then on this run goes on with it."""
    if claim.known is None or claim.known.outcome is None:
        return msgspec.UNSET
    claim.is_held = True
    return msgspec.json.decode(vault.open(_PURPOSE, claim.known.outcome), type=kind)


async def take(session: Session, claim: Claim, at: datetime) -> bool:
    """Write the claim's row; whether it is ours, and nobody was first.

    While another transaction has written the same row and not ended, this waits for it. Raises StillClaimed when
    that takes too long.
    """
    if claim.is_held:
        return True
    try:
        return await session.add_if_absent(IdempotencyAnswer, **_row(claim, at, busy_until=at + BUSY))
    except Unavailable as error:
        raise StillClaimed(str(error)) from error


async def look_up(reads: Reads, claim: Claim) -> Remembered | None:
    """What is known of a claim; of the owner's key, when another request came with it before.

    Outside a transaction only what is committed.
    """
    params = {"owner": claim.owner, "key": claim.key, "field": claim.field, "hash": claim.request_hash}
    return await reads.one(Remembered, _KNOWN, params)


async def keep_outcome(session: Session, claim: Claim, vault: Vault, outcome: Any) -> None:
    """Store what the flow sets as its outcome, in the transaction of its effect."""
    again = outcome is RUN_AGAIN
    sealed = None if again else vault.seal(_PURPOSE, msgspec.json.encode(outcome).decode())
    await session.execute(_KEEP_OUTCOME, _named(claim) | {"new_outcome": sealed, "new_again": again})


async def keep_answer(db: Database, claim: Claim, vault: Vault, answer: bytes, at: datetime) -> Remembered | None:
    """Store an answer as it is given; None when it is the claim's, else what was there before it and stays."""
    sealed = vault.seal(_PURPOSE, answer.decode())
    async with db.transaction() as session:
        if claim.is_held:
            is_kept = await session.execute(_KEEP_ANSWER, _named(claim) | {"new_answer": sealed}) == 1
        else:
            is_kept = await session.add_if_absent(IdempotencyAnswer, **_row(claim, at, busy_until=at, answer=sealed))
        return None if is_kept else await look_up(session, claim)


def read_answer(known: Remembered, vault: Vault) -> bytes | None:
    """The stored answer, opened."""
    return None if known.answer is None else vault.open(_PURPOSE, known.answer).encode()


async def take_over(db: Database, claim: Claim, known: Remembered, at: datetime) -> bool:
    """Go on with a claim whose holder is dead; whether nobody else was quicker."""
    async with db.transaction() as session:
        params = {"claim_id": known.id, "seen": known.busy_until, "until": at + BUSY}
        claim.is_held = await session.execute(_TAKE_OVER, params) == 1
    return claim.is_held


async def let_go(db: Database, claim: Claim, at: datetime) -> None:
    """Say that the run which held the claim ended without an answer, so that a repeat need not wait."""
    async with db.transaction() as session:
        await session.execute(_LET_GO, _named(claim) | {"until": at})


async def forget(ctx: Any, _: dict[str, Any]) -> None:
    """The job core.forget-idempotency-keys: delete what is older than a day, some rows at a time."""
    before = ctx.now() - KEPT
    deleted = FORGOTTEN_AT_ONCE
    while deleted == FORGOTTEN_AT_ONCE:
        async with ctx.tx() as session:
            deleted = await session.execute(_FORGET, {"before": before, "most": FORGOTTEN_AT_ONCE})


def _row(claim: Claim, at: datetime, *, busy_until: datetime, answer: str | None = None) -> dict[str, Any]:
    return {
        "owner": claim.owner,
        "key": claim.key,
        "field": claim.field,
        "request_hash": claim.request_hash,
        "outcome": None,
        "answer": answer,
        "may_run_again": False,
        "busy_until": busy_until,
        "created_at": at,
    }


def _named(claim: Claim) -> dict[str, Any]:
    return {"of_owner": claim.owner, "of_key": claim.key, "of_field": claim.field}


_IS_OTHER = IdempotencyAnswer.request_hash != bindparam("hash")
_KNOWN = (
    select(
        IdempotencyAnswer.id,
        IdempotencyAnswer.request_hash,
        IdempotencyAnswer.outcome,
        IdempotencyAnswer.answer,
        IdempotencyAnswer.may_run_again,
        IdempotencyAnswer.busy_until,
    )
    .where(IdempotencyAnswer.owner == bindparam("owner"), IdempotencyAnswer.key == bindparam("key"))
    .where(or_(IdempotencyAnswer.field == bindparam("field"), _IS_OTHER))
    .order_by(case((_IS_OTHER, 0), else_=1), IdempotencyAnswer.id)
    .limit(1)
)
_OF_CLAIM = update(IdempotencyAnswer).where(
    IdempotencyAnswer.owner == bindparam("of_owner"),
    IdempotencyAnswer.key == bindparam("of_key"),
    IdempotencyAnswer.field == bindparam("of_field"),
)
_KEEP_OUTCOME = _OF_CLAIM.values(outcome=bindparam("new_outcome"), may_run_again=bindparam("new_again"))
_KEEP_ANSWER = _OF_CLAIM.where(IdempotencyAnswer.answer.is_(None)).values(answer=bindparam("new_answer"))
_LET_GO = _OF_CLAIM.where(IdempotencyAnswer.answer.is_(None)).values(busy_until=bindparam("until"))
_TAKE_OVER = (
    update(IdempotencyAnswer)
    .where(IdempotencyAnswer.id == bindparam("claim_id"), IdempotencyAnswer.busy_until == bindparam("seen"))
    .values(busy_until=bindparam("until"))
)
_OLDEST = (
    select(IdempotencyAnswer.id)
    .where(IdempotencyAnswer.created_at < bindparam("before"))
    .order_by(IdempotencyAnswer.created_at, IdempotencyAnswer.id)
    .limit(bindparam("most"))
)
_FORGET = delete(IdempotencyAnswer).where(IdempotencyAnswer.id.in_(_OLDEST))
