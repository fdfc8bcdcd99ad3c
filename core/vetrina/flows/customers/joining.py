"""An address that was proven: its account, and the orders that were placed under it before."""

from sqlalchemy import bindparam, func, update

from vetrina.kernel.context import Context
from vetrina.kernel.db import Session
from vetrina.kernel.messages import emit
from vetrina.shop.customers import service as customers
from vetrina.shop.customers.events import CustomerJoined
from vetrina.shop.customers.rules import folded
from vetrina.shop.orders.models import Order


async def join_proven(ctx: Context, session: Session, email: str) -> int:
    """The account of whoever has just shown that mails to this address reach him; opened if there is none.

    Orders that were placed under the address and belong to nobody are his from now on: before, anybody could have
    typed it. A guest's orders are his with the guest's own row.
    """
    address = folded(email)
    customer_id = await customers.ensure_customer(session, address, ctx.place.language, ctx.now())
    await prove(ctx, session, customer_id, address)
    return customer_id


async def prove(ctx: Context, session: Session, customer_id: int, email: str) -> None:
    """The address of a customer was shown to be his: he has an account, and the orders that were placed under it."""
    if await customers.prove(session, customer_id, ctx.now()):
        await emit(session, CustomerJoined(customer_id=customer_id), ctx.now())
    await claim_orders(session, customer_id, email)


async def claim_orders(session: Session, customer_id: int, email: str) -> int:
    """Orders under this address that are nobody's become the customer's; how many."""
    return await session.execute(_CLAIM, {"customer": customer_id, "folded": email})


_CLAIM = (
    update(Order)
    .where(Order.customer_id.is_(None), func.lower(Order.email) == bindparam("folded"))
    .values(customer_id=bindparam("customer"))
)
