"""Open an attempt, and decide it: once."""

from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, insert, or_, select, update

from vetrina.kernel.db import Session, table_of
from vetrina.kernel.db.rows import Rows
from vetrina.kernel.errors import Fault
from vetrina.shop.checkout.models import Attempt
from vetrina.shop.checkout.rules import AttemptRow
from vetrina.vocabulary import AttemptState


async def open_attempt(
    session: Session,
    *,
    key: str,
    cart_id: int,
    token_hash: str,
    snapshot: dict[str, Any],
    expires_at: datetime,
    at: datetime,
) -> AttemptRow:
    """Write a submission down, with what is frozen for it; from here on cart and catalogue may change as they like.

    Raises Conflict when the token is known or the cart has a live attempt.
    """
    values: dict[str, Any] = {
        "key": key,
        "cart_id": cart_id,
        "state": AttemptState.OPEN,
        "snapshot": snapshot,
        "order_id": None,
        "error_code": None,
        "error_reason": None,
        "expires_at": expires_at,
        "created_at": at,
    }
    attempt_id = await session.insert(Attempt, token_hash=token_hash, decided_at=None, **values)
    return AttemptRow(id=attempt_id, **values)


def succeeded(
    *,
    attempt_id: int,
    key: str,
    cart_id: int,
    token_hash: str,
    snapshot: dict[str, Any],
    order_id: int,
    expires_at: datetime,
    at: datetime,
) -> Rows:
    """A submission that became an order at once, as a row to be written together with it."""
    return _ATTEMPT, {
        "id": attempt_id,
        "key": key,
        "cart_id": cart_id,
        "token_hash": token_hash,
        "state": AttemptState.SUCCEEDED,
        "snapshot": snapshot,
        "order_id": order_id,
        "error_code": None,
        "error_reason": None,
        "expires_at": expires_at,
        "created_at": at,
        "decided_at": at,
    }


async def locked(session: Session, attempt_id: int) -> AttemptRow:
    """The attempt, ours until the transaction ends."""
    attempt = await session.one(AttemptRow, _LOCKED, {"attempt_id": attempt_id})
    if attempt is None:
        raise Fault(f"attempt {attempt_id} is gone")
    return attempt


async def succeed(session: Session, attempt_id: int, order_id: int, *, at: datetime) -> None:
    """The attempt became an order. A failed one may too, when its money arrived after all.

    Raises Fault when it became one already, Conflict when another attempt of its cart is live.
    """
    if await session.execute(_SUCCEED, {"attempt_id": attempt_id, "order": order_id, "at_": at}) != 1:
        raise Fault(f"attempt {attempt_id} has its order already")


async def fail(session: Session, attempt_id: int, *, code: str, reason: str | None, at: datetime) -> bool:
    """The attempt came to nothing; whether it was this call that decided it. code is a CompletionErrorCode."""
    return await session.execute(_FAIL, {"attempt_id": attempt_id, "code": code, "why": reason, "at_": at}) == 1


async def forget(session: Session, attempt_id: int, snapshot: dict[str, Any]) -> None:
    """Keep of a decided attempt only what is left of its snapshot without the person."""
    await session.execute(_FORGET, {"attempt_id": attempt_id, "kept": snapshot})


_ATTEMPT = insert(table_of(Attempt))
_LOCKED = (
    select(*(getattr(Attempt, name) for name in AttemptRow.__struct_fields__))
    .where(Attempt.id == bindparam("attempt_id"))
    .with_for_update()
)
_SUCCEED = (
    update(Attempt)
    .where(Attempt.id == bindparam("attempt_id"))
    .where(or_(Attempt.state == AttemptState.OPEN, Attempt.state == AttemptState.FAILED))
    .values(
        state=AttemptState.SUCCEEDED,
        order_id=bindparam("order"),
        error_code=None,
        error_reason=None,
        decided_at=bindparam("at_"),
    )
)
_FAIL = (
    update(Attempt)
    .where(Attempt.id == bindparam("attempt_id"), Attempt.state == AttemptState.OPEN)
    .values(
        state=AttemptState.FAILED,
        error_code=bindparam("code"),
        error_reason=bindparam("why"),
        decided_at=bindparam("at_"),
    )
)
_FORGET = (
    update(Attempt)
    .where(Attempt.id == bindparam("attempt_id"), Attempt.state != AttemptState.OPEN)
    .values(snapshot=bindparam("kept"))
)
