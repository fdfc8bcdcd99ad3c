"""What a customer changes of himself: names, phone, consent, password; and another address, once it is confirmed."""

from typing import Any

import msgspec
from msgspec import UNSET, UnsetType

from vetrina.flows.customers.asking import ask_for_address
from vetrina.flows.customers.links import tell_of_password
from vetrina.flows.customers.problems import stop_at
from vetrina.flows.customers.signing_in import Access, customer_asking, end_access, open_access
from vetrina.kernel.context import Context, once
from vetrina.kernel.crypto import hash_password
from vetrina.kernel.db import Session
from vetrina.shop.customers import service as customers
from vetrina.shop.customers.rules import Fault, email_fault, folded, name_faults, password_fault
from vetrina.shop.delivery.rules import is_phone
from vetrina.views.customers import CustomerRow

STOREFRONT = "storefront"
"""Where consent comes from that a customer gives, or takes back, when he is signed in."""


class CustomerChange(msgspec.Struct, frozen=True, kw_only=True):
    """What is to become of a customer. What is not given stays as it is; None forgets it."""

    first_name: str | UnsetType | None = UNSET
    last_name: str | UnsetType | None = UNSET
    phone: str | UnsetType | None = UNSET
    email: str | UnsetType | None = UNSET
    password: str | UnsetType | None = UNSET
    accepts_marketing: bool | UnsetType | None = UNSET

    def __repr__(self) -> str:
        return "CustomerChange()"


class Updated(msgspec.Struct, frozen=True):
    """Who was changed; and the new token of an account whose password is another one now."""

    customer_id: int
    access: Access | None


@once
async def update_customer(ctx: Context, token: str, change: CustomerChange) -> Updated:
    """Change the customer who asks. Raises CustomerRefused, TooManyTries.

    A new password ends every token, this one included. A new address is asked to confirm first, and until then the
    old one stays: whether somebody else has it is told to nobody but whoever reads what is sent there.
    """
    columns = _columns(change)
    hashed: str | None = None
    if isinstance(change.password, str):
        await customer_asking(ctx, ctx.db, token)  # hashing is work on purpose, and none for whoever comes with nothing
        hashed = await hash_password(change.password)
    async with ctx.tx() as session:
        customer = await customer_asking(ctx, session, token)
        if columns:
            await customers.change_customer(session, customer.id, ctx.now(), **columns)
        if isinstance(change.accepts_marketing, bool) and change.accepts_marketing != customer.accepts_marketing:
            given = change.accepts_marketing
            await customers.consent(session, customer.id, ctx.now(), STOREFRONT, is_given=given)
        if isinstance(change.email, str) and folded(change.email) != customer.email:
            await ask_for_address(ctx, session, customer.id, folded(change.email))
        access = await _with_password(ctx, session, customer, hashed) if hashed is not None else None
        updated = session.outcome = Updated(customer.id, access)
    return updated


def _columns(change: CustomerChange) -> dict[str, Any]:
    """The columns a change sets. Raises CustomerRefused with every fault there is."""
    given = {name: getattr(change, name) for name in ("first_name", "last_name", "phone")}
    columns = {name: _tidy(value) for name, value in given.items() if value is not UNSET}
    names = {name: value for name, value in columns.items() if name != "phone"}
    faults: list[Fault | None] = list(name_faults(**names))
    phone = columns.get("phone")
    if phone and not is_phone(phone):
        faults.append(Fault("phone", "invalid", "The phone number is not valid."))
    if isinstance(change.email, str):
        faults.append(email_fault(folded(change.email)))
    elif change.email is None:
        faults.append(Fault("email", "blank", "The e-mail address cannot be empty."))
    if isinstance(change.password, str):
        faults.append(password_fault(change.password))
    elif change.password is None:
        faults.append(Fault("password", "blank", "The password cannot be empty."))
    stop_at(faults, "customer")
    return columns


async def _with_password(ctx: Context, session: Session, customer: CustomerRow, hashed: str) -> Access:
    await customers.change_customer(session, customer.id, ctx.now(), password_hash=hashed)
    await end_access(session, customer.id)
    await tell_of_password(ctx, session, customer.email, hashed)
    return await open_access(ctx, session, customer.id)


def _tidy(value: str | None) -> str | None:
    return " ".join(value.split()) or None if value else None
