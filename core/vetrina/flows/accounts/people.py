"""The customer behind an address that was proven, with the orders that were waiting for that."""

from sqlalchemy import bindparam, select, update

from vetrina.kernel.context import Context
from vetrina.kernel.db import Session
from vetrina.kernel.errors import Fault
from vetrina.shop.customers import service as customers
from vetrina.shop.customers.models import Customer
from vetrina.shop.orders.models import Order


async def join_proven(ctx: Context, session: Session, email: str, language: str) -> int:
    """The customer who has just proven that an address is his, made if there was none.

    What was ordered with the address while it belonged to an account is his as well, now that he has shown it.
    """
    await customers.remember_guest(
        session, email=email, first_name=None, last_name=None, phone=None, language=language, at=ctx.now()
    )
    customer_id: int | None = await session.value(_BY_EMAIL, {"email_": email})
    if customer_id is None:
        raise Fault("a customer was written and is not there")
    await session.execute(_JOIN, {"customer": customer_id, "email_": email})
    return customer_id


_BY_EMAIL = select(Customer.id).where(Customer.email == bindparam("email_"))
_JOIN = (
    update(Order)
    .where(Order.email == bindparam("email_"), Order.customer_id.is_(None))
    .values(customer_id=bindparam("customer"))
)
