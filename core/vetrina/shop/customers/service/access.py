"""What opens an account: tokens of front ends, links that were mailed; and how often somebody has tried."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import msgspec
from sqlalchemy import bindparam, delete, select, update

from vetrina.kernel.db import Reads, Session, table_of, text_in
from vetrina.shop.customers.models import CustomerCount, CustomerLink, CustomerToken
from vetrina.shop.customers.rules import COUNTED_FOR, Limit, Purpose


async def open_token(
    session: Session, *, customer_id: int, token_hash: str, at: datetime, expires_at: datetime
) -> None:
    """Keep a token's digest."""
    await session.add(
        CustomerToken, customer_id=customer_id, token_hash=token_hash, created_at=at, expires_at=expires_at
    )


async def renew_token(session: Session, token_hash: str, at: datetime, expires_at: datetime) -> bool:
    """Let a token that stands stand until then; whether it did."""
    return await session.execute(_RENEW, {"digest": token_hash, "at_": at, "until": expires_at}) == 1


async def end_token(session: Session, token_hash: str) -> int | None:
    """End a token; its id, None where there was none."""
    token_id: int | None = await session.value(_TOKEN, {"digest": token_hash})
    return token_id if await session.execute(_END_TOKEN, {"digest": token_hash}) else None


async def end_tokens(session: Session, customer_id: int) -> int:
    """End every token of a customer; how many there were."""
    return await session.execute(_END_TOKENS, {"customer": customer_id})


async def open_link(
    session: Session,
    *,
    customer_id: int,
    purpose: Purpose,
    secret_hash: str,
    wishes: Mapping[str, Any],
    at: datetime,
    expires_at: datetime,
) -> None:
    """Keep a link's digest until it is used."""
    await session.add(
        CustomerLink,
        customer_id=customer_id,
        purpose=purpose.value,
        secret_hash=secret_hash,
        wishes=dict(wishes),
        created_at=at,
        expires_at=expires_at,
    )


async def use_link(session: Session, secret_hash: str) -> bool:
    """Use a link up; whether it was there still. Two who use it at once have one winner."""
    return await session.execute(_USE_LINK, {"digest": secret_hash}) == 1


async def end_links(session: Session, customer_id: int) -> int:
    """Use up every link that was mailed to a customer; how many."""
    return await session.execute(_END_LINKS, {"customer": customer_id})


async def wait_before(reads: Reads, limits: Mapping[str, Limit], now: datetime) -> timedelta:
    """How long to wait before another try, by what has been counted; zero for none. Counts nothing itself."""
    rows = await reads.rows(_CountRow, _COUNTED, {"keys": sorted(limits)})
    return max((_wait(row, limits[row.key], now) for row in rows), default=timedelta())


async def count_if_allowed(
    session: Session, limits: Mapping[str, Limit], now: datetime, *, tries: int = 1
) -> timedelta:
    """Count a try, or several, by each of its keys; zero, or how long to wait where one has too many: none counts then.

    The statements are the same in number whatever is found. Tries at the same time are counted one after the other.
    """
    keys = sorted(limits)
    for key in keys:
        await session.add_if_absent(CustomerCount, key=key, times=0, since=now)
    rows = await session.rows(_CountRow, _COUNTS, {"keys": keys})
    wait = max((_wait(row, limits[row.key], now) for row in rows), default=timedelta())
    if wait > timedelta():
        return wait
    for row in rows:
        is_over = now - row.since >= limits[row.key].within
        times, since = (tries, now) if is_over else (row.times + tries, row.since)
        await session.execute(_COUNT, {"key_": row.key, "times_": times, "since_": since})
    return timedelta()


async def uncount(session: Session, keys: Sequence[str]) -> None:
    """What was counted last came out well: these keys begin anew."""
    await session.execute(_UNCOUNT, {"keys": list(keys)})


async def sweep(session: Session, now: datetime) -> None:
    """Drop tokens and links that have expired, and counts that count no more."""
    await session.execute(_SWEEP_LINKS, {"now_": now})
    await session.execute(_SWEEP_TOKENS, {"now_": now})
    await session.execute(_SWEEP_COUNTS, {"before": now - COUNTED_FOR})


def _wait(row: "_CountRow", limit: Limit, now: datetime) -> timedelta:
    passed = now - row.since
    return limit.within - passed if row.times >= limit.times and passed < limit.within else timedelta()


class _CountRow(msgspec.Struct, frozen=True):
    key: str
    times: int
    since: datetime


_LINK, _TOKEN_TABLE, _COUNT_TABLE = table_of(CustomerLink), table_of(CustomerToken), table_of(CustomerCount)
_TOKEN = select(CustomerToken.id).where(CustomerToken.token_hash == bindparam("digest"))
_RENEW = (
    update(_TOKEN_TABLE)
    .where(_TOKEN_TABLE.c.token_hash == bindparam("digest"), _TOKEN_TABLE.c.expires_at > bindparam("at_"))
    .values(expires_at=bindparam("until"))
)
_END_TOKEN = delete(_TOKEN_TABLE).where(_TOKEN_TABLE.c.token_hash == bindparam("digest"))
_END_TOKENS = delete(_TOKEN_TABLE).where(_TOKEN_TABLE.c.customer_id == bindparam("customer"))
_USE_LINK = delete(_LINK).where(_LINK.c.secret_hash == bindparam("digest"))
_END_LINKS = delete(_LINK).where(_LINK.c.customer_id == bindparam("customer"))
_COUNTED = (
    select(CustomerCount.key, CustomerCount.times, CustomerCount.since)
    .where(text_in(CustomerCount.key, "keys"))
    .order_by(CustomerCount.key)
)
_COUNTS = _COUNTED.with_for_update()
_COUNT = (
    update(_COUNT_TABLE)
    .where(_COUNT_TABLE.c.key == bindparam("key_"))
    .values(times=bindparam("times_"), since=bindparam("since_"))
)
_UNCOUNT = delete(_COUNT_TABLE).where(text_in(_COUNT_TABLE.c.key, "keys"))
_SWEEP_LINKS = delete(_LINK).where(_LINK.c.expires_at <= bindparam("now_"))
_SWEEP_TOKENS = delete(_TOKEN_TABLE).where(_TOKEN_TABLE.c.expires_at <= bindparam("now_"))
_SWEEP_COUNTS = delete(_COUNT_TABLE).where(_COUNT_TABLE.c.since <= bindparam("before"))
