"""Remember who bought, by e-mail address or by a name elsewhere; keep the ledger of who was forgotten."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import bindparam, select, update

from vetrina.kernel.db import Session, text_in
from vetrina.kernel.errors import Fault
from vetrina.shop.customers.models import Customer, Erasure, ErasurePart


class PastPerson(msgspec.Struct, frozen=True, kw_only=True):
    """Who bought elsewhere: known by an e-mail address in lower case, or else by a source's key for him."""

    email: str | None
    source_key: str
    first_name: str | None
    last_name: str | None
    phone: str | None
    language: str
    at: datetime

    @property
    def identity(self) -> str:
        return self.email or self.source_key


class Remembered(msgspec.Struct, frozen=True):
    """Customers' ids by identity, None where an e-mail address belongs to an account; and how many are new."""

    ids: dict[str, int | None]
    new: int


async def remember_guest(
    session: Session,
    *,
    email: str,
    first_name: str | None,
    last_name: str | None,
    phone: str | None,
    language: str,
    at: datetime,
) -> int | None:
    """The id of the guest with that address, written down at his first order; None where it belongs to an account.

    Nobody proves an address by ordering: an order changes nothing that is known of a customer already, and joins no
    account before its owner has shown that the address is his. Two first orders at once make one customer.
    """
    folded = email.strip().lower()
    known = await session.fetch(_BY_EMAIL, {"folded": folded})
    if known:
        return _guest(known[0])
    await session.add_if_absent(
        Customer,
        email=folded,
        source_key=None,
        first_name=first_name,
        last_name=last_name,
        phone=phone,
        language=language,
        password_hash=None,
        accepts_marketing=False,
        created_at=at,
        updated_at=at,
    )
    written = await session.fetch(_BY_EMAIL, {"folded": folded})
    if not written:
        raise Fault("a customer was written and is not there")
    return _guest(written[0])


async def remember_past(session: Session, people: Sequence[PastPerson]) -> Remembered:
    """Find people of the past, and write down who is new.

    As with guests, nothing that is known of anybody changes. Raises Conflict when somebody writes one of them now.
    """
    everybody = {person.identity: person for person in people}
    wanted = [person.email for person in everybody.values() if person.email]
    found = await session.fetch(_BY_EMAILS, {"emails": wanted}) if wanted else []
    keys = [person.source_key for person in everybody.values() if not person.email]
    found += await session.fetch(_BY_SOURCE_KEYS, {"source_keys": keys}) if keys else []
    known = {identity: _guest((customer_id, has_account)) for identity, customer_id, has_account in found}
    new = [person for identity, person in everybody.items() if identity not in known]
    customer_ids = await session.take_ids(Customer, len(new)) if new else []
    await session.add_many(Customer, [_past_row(key, person) for key, person in zip(customer_ids, new, strict=True)])
    return Remembered(known | dict(zip((person.identity for person in new), customer_ids, strict=True)), len(new))


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


def _past_row(customer_id: int, person: PastPerson) -> dict[str, Any]:
    return {
        "id": customer_id,
        "email": person.email,
        "source_key": None if person.email else person.source_key,
        "first_name": person.first_name,
        "last_name": person.last_name,
        "phone": person.phone,
        "language": person.language,
        "password_hash": None,
        "accepts_marketing": False,
        "created_at": person.at,
        "updated_at": person.at,
    }


def _guest(known: tuple[Any, ...]) -> int | None:
    customer_id, has_account = known
    return None if has_account else customer_id


_BY_EMAIL = select(Customer.id, Customer.password_hash.is_not(None)).where(Customer.email == bindparam("folded"))
_BY_EMAILS = select(Customer.email, Customer.id, Customer.password_hash.is_not(None)).where(
    text_in(Customer.email, "emails", is_long=True)
)
_BY_SOURCE_KEYS = select(Customer.source_key, Customer.id, Customer.password_hash.is_not(None)).where(
    text_in(Customer.source_key, "source_keys", is_long=True)
)
_SETTLE = (
    update(ErasurePart)
    .where(
        ErasurePart.erasure_id == bindparam("erasure"),
        ErasurePart.owner == bindparam("owner_"),
        ErasurePart.name == "",
    )
    .values(done_at=bindparam("at_"))
)
