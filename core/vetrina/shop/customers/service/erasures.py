"""The ledger of who was forgotten."""

from datetime import datetime

from sqlalchemy import bindparam, update

from vetrina.kernel.db import Session
from vetrina.shop.customers.models import Erasure, ErasurePart


async def begin_erasure(session: Session, subject: str, at: datetime, asked_by: str) -> int:
    """Write down that somebody is forgotten, by the digest that stands for him; its id."""
    return await session.insert(Erasure, subject=subject, asked_at=at, asked_by=asked_by)


async def put_part(
    session: Session,
    erasure_id: int,
    owner: str,
    name: str,
    *,
    rows: int = 0,
    kept: str = "",
    done_at: datetime | None = None,
    error: str | None = None,
) -> None:
    """Write down how far one owner is with one kind of what it holds."""
    key = {"erasure_id": erasure_id, "owner": owner, "name": name}
    values = {"rows": rows, "kept": kept, "done_at": done_at, "error": error}
    await session.put(ErasurePart, tuple(key), **key, **values)


async def settle_unnamed(session: Session, erasure_id: int, owner: str, at: datetime) -> None:
    """An owner that was asked without knowing what it holds has answered."""
    await session.execute(_SETTLE, {"erasure": erasure_id, "owner_": owner, "at_": at})


_SETTLE = (
    update(ErasurePart)
    .where(
        ErasurePart.erasure_id == bindparam("erasure"),
        ErasurePart.owner == bindparam("owner_"),
        ErasurePart.name == "",
    )
    .values(done_at=bindparam("at_"))
)
