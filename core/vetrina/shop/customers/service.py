"""Remember who bought: guests by their e-mail address, without an account."""

from datetime import datetime

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
) -> int:
    """The id of the customer with that address, written down at his first order.

    Nobody proves an address by ordering, so an order changes nothing that is known of a customer already. Two first
    orders at once make one customer.
    """
    folded = email.strip().lower()
    known = await session.value(_BY_EMAIL, {"folded": folded})
    if known is not None:
        return known
    await session.add_if_absent(
        Customer,
        email=folded,
        first_name=first_name,
        last_name=last_name,
        phone=phone,
        language=language,
        password_hash=None,
        accepts_marketing=False,
        created_at=at,
        updated_at=at,
    )
    written = await session.value(_BY_EMAIL, {"folded": folded})
    if written is None:
        raise Fault("a customer was written and is not there")
    return written


_BY_EMAIL = select(Customer.id).where(Customer.email == bindparam("folded"))
