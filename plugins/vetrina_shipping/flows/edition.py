"""The book's next version, and the lock that everybody who writes it holds."""

from sqlalchemy import update

from vetrina.kernel.db import Session
from vetrina_shipping.models import ShippingEdition

READ, WRITE = "shipping.read", "shipping.write"


async def turn_page(session: Session) -> None:
    """Give the book its next version. Held until the commit: two who change it at once do so one after the other."""
    await session.add_if_absent(ShippingEdition, id=1, version=0)
    await session.execute(_NEXT)


_NEXT = update(ShippingEdition).where(ShippingEdition.id == 1).values(version=ShippingEdition.version + 1)
