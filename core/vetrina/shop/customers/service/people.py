"""Remember who bought, by e-mail address or by a name elsewhere; who has proven his address, and what he says."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import bindparam, select, update

from vetrina.kernel.db import Session, text_in
from vetrina.kernel.errors import Fault
from vetrina.shop.customers.models import Customer, CustomerConsent


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
        proven_at=None,
        accepts_marketing=False,
        tags=[],
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


async def ensure_customer(session: Session, email: str, language: str, at: datetime) -> int:
    """The id of whoever has that address, in lower case; written down as somebody who has proven nothing if new."""
    await session.add_if_absent(
        Customer,
        email=email,
        source_key=None,
        first_name=None,
        last_name=None,
        phone=None,
        language=language,
        password_hash=None,
        proven_at=None,
        accepts_marketing=False,
        tags=[],
        created_at=at,
        updated_at=at,
    )
    customer_id: int | None = await session.value(_ID_OF, {"folded": email})
    if customer_id is None:
        raise Fault("a customer was written and is not there")
    return customer_id


async def prove(session: Session, customer_id: int, at: datetime) -> bool:
    """Somebody has shown that the customer's address is his; whether it was the first time."""
    return await session.execute(_PROVE, {"customer": customer_id, "at_": at}) == 1


async def change_customer(session: Session, customer_id: int, at: datetime, **values: Any) -> None:
    """Write columns of a customer anew."""
    await session.execute(update(Customer).where(Customer.id == customer_id).values(**values, updated_at=at))


async def consent(session: Session, customer_id: int, at: datetime, source: str, *, is_given: bool) -> None:
    """Write down that somebody agrees to be written to, or no more, and by which way he said so."""
    await session.insert(CustomerConsent, customer_id=customer_id, is_given=is_given, at=at, source=source)
    await change_customer(session, customer_id, at, accepts_marketing=is_given)


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
        "proven_at": None,
        "accepts_marketing": False,
        "tags": [],
        "created_at": person.at,
        "updated_at": person.at,
    }


def _guest(known: tuple[Any, ...]) -> int | None:
    customer_id, has_account = known
    return None if has_account else customer_id


_BY_EMAIL = select(Customer.id, Customer.proven_at.is_not(None)).where(Customer.email == bindparam("folded"))
_BY_EMAILS = select(Customer.email, Customer.id, Customer.proven_at.is_not(None)).where(
    text_in(Customer.email, "emails", is_long=True)
)
_BY_SOURCE_KEYS = select(Customer.source_key, Customer.id, Customer.proven_at.is_not(None)).where(
    text_in(Customer.source_key, "source_keys", is_long=True)
)
_ID_OF = select(Customer.id).where(Customer.email == bindparam("folded"))
_PROVE = (
    update(Customer)
    .where(Customer.id == bindparam("customer"), Customer.proven_at.is_(None))
    .values(proven_at=bindparam("at_"), updated_at=bindparam("at_"))
)
