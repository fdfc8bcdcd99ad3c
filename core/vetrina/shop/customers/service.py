"""Remember who bought: guests by their e-mail address, without an account."""

from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, select

from vetrina.kernel.db import Session
from vetrina.kernel.errors import Fault
from vetrina.shop.customers.models import Customer


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


def _guest(known: tuple[Any, ...]) -> int | None:
    customer_id, has_account = known
    return None if has_account else customer_id


_BY_EMAIL = select(Customer.id, Customer.password_hash.is_not(None)).where(Customer.email == bindparam("folded"))
