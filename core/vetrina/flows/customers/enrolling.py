"""Open an account by the shop itself, for somebody whose address needs no proof: in the demo, and in tests."""

from vetrina.flows.customers.joining import join_proven
from vetrina.flows.customers.problems import stop_at
from vetrina.kernel.context import Context
from vetrina.kernel.crypto import hash_password
from vetrina.shop.customers import service as customers
from vetrina.shop.customers.rules import email_fault, folded, name_faults, password_fault
from vetrina.vocabulary import Address


async def enrol_customer(
    ctx: Context, email: str, password: str, *, first_name: str, last_name: str, address: Address | None = None
) -> int:
    """Give whoever has this address an account with this password; the customer's id. For the shop itself.

    Orders placed under the address are in it. Raises CustomerRefused, NotSignedIn.
    """
    ctx.require("staff.write")
    names = {"first_name": first_name, "last_name": last_name}
    stop_at([email_fault(folded(email)), password_fault(password), *name_faults(**names)])
    hashed = await hash_password(password)
    async with ctx.tx() as session:
        customer_id = await join_proven(ctx, session, email)
        await customers.change_customer(session, customer_id, ctx.now(), password_hash=hashed, **names)
        if address is not None and not await customers.hold(session, customer_id):
            kept = {name: getattr(address, name) for name in Address.__struct_fields__}
            await customers.add_address(session, customer_id, kept, is_default=True)
    return customer_id
