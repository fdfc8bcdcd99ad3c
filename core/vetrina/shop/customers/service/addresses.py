"""The addresses a customer keeps; one of them is the default, as long as there is any."""

from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, delete, select, update

from vetrina.kernel.db import Session, table_of
from vetrina.shop.customers.models import Customer, CustomerAddress


async def hold(session: Session, customer_id: int) -> list[int]:
    """Hold a customer's row while his addresses are changed; the ids of those he has."""
    await session.value(_HOLD, {"customer": customer_id})
    return [key for (key,) in await session.fetch(_IDS, {"customer": customer_id})]


async def add_address(session: Session, customer_id: int, address: dict[str, Any], *, is_default: bool) -> int:
    """Keep one more; its id."""
    return await session.insert(CustomerAddress, customer_id=customer_id, address=address, is_default=is_default)


async def change_address(session: Session, customer_id: int, address_id: int, address: dict[str, Any]) -> bool:
    """Put another in its place; whether the customer has it."""
    params = {"customer": customer_id, "address_id": address_id, "given": address}
    return await session.execute(_CHANGE, params) == 1


async def drop_address(session: Session, customer_id: int, address_id: int) -> bool:
    """Keep one no more; the oldest of the rest becomes the default where it was. Whether the customer had it."""
    params = {"customer": customer_id, "address_id": address_id}
    was_default = await session.value(_IS_DEFAULT, params)
    if was_default is None:
        return False
    await session.execute(_DROP, params)
    rest = await session.fetch(_IDS, {"customer": customer_id})
    if was_default and rest:
        await make_default(session, customer_id, rest[0][0])
    return True


async def make_default(session: Session, customer_id: int, address_id: int) -> bool:
    """Make one the default; whether the customer has it."""
    params = {"customer": customer_id, "address_id": address_id}
    if await session.value(_IS_DEFAULT, params) is None:
        return False
    await session.execute(_NONE_DEFAULT, {"customer": customer_id})
    await session.execute(_DEFAULT, params)
    return True


async def touch(session: Session, customer_id: int, at: datetime) -> None:
    """The customer has changed at that moment."""
    await session.execute(_TOUCH, {"customer": customer_id, "at_": at})


_TABLE = table_of(CustomerAddress)
_HIS = _TABLE.c.customer_id == bindparam("customer")
_IT = (_HIS, _TABLE.c.id == bindparam("address_id"))
_HOLD = select(Customer.id).where(Customer.id == bindparam("customer")).with_for_update()
_IDS = select(_TABLE.c.id).where(_HIS).order_by(_TABLE.c.id)
_IS_DEFAULT = select(_TABLE.c.is_default).where(*_IT)
_CHANGE = update(_TABLE).where(*_IT).values(address=bindparam("given", type_=_TABLE.c.address.type))
_DROP = delete(_TABLE).where(*_IT)
_NONE_DEFAULT = update(_TABLE).where(_HIS, _TABLE.c.is_default).values(is_default=False)
_DEFAULT = update(_TABLE).where(*_IT).values(is_default=True)
_TOUCH = update(Customer).where(Customer.id == bindparam("customer")).values(updated_at=bindparam("at_"))
