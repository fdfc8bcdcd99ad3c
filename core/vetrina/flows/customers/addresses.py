"""The addresses a customer keeps: add, change, drop, make one the default."""

from collections.abc import Mapping

import msgspec

from vetrina.flows.customers.problems import CODES, CustomerProblem, CustomerRefused, refuse
from vetrina.flows.customers.signing_in import customer_asking
from vetrina.kernel.context import Context, once
from vetrina.kernel.db import Session
from vetrina.shop.customers import service as customers
from vetrina.shop.customers.rules import MOST_ADDRESSES
from vetrina.shop.delivery.rules import address_faults, tidied
from vetrina.views.customers import CustomerAddressRow, addresses_of_customers
from vetrina.vocabulary import Address

KINDS = CODES | {"required": "BLANK"}
"""A fault of an address in the words of CustomerErrorCode."""


@once
async def add_address(ctx: Context, token: str, address: Address) -> CustomerAddressRow:
    """Keep one more; the first is the default. Raises CustomerRefused."""
    kept = _checked(address)
    async with ctx.tx() as session:
        customer = await customer_asking(ctx, session, token)
        known = await _held(session, customer.id)
        if len(known) >= MOST_ADDRESSES:
            raise refuse("INVALID", f"At most {MOST_ADDRESSES} addresses are kept.", "address")
        _check_new(kept, known)
        key = await customers.add_address(session, customer.id, kept, is_default=not known)
        await customers.touch(session, customer.id, ctx.now())
        row = session.outcome = CustomerAddressRow(key, customer.id, kept, not known)
    return row


@once
async def change_address(
    ctx: Context, token: str, address_id: int | None, changes: Mapping[str, str | None]
) -> CustomerAddressRow:
    """Change the fields that are named, None forgets one. Raises CustomerRefused."""
    async with ctx.tx() as session:
        customer = await customer_asking(ctx, session, token)
        known = await _held(session, customer.id)
        before = next((row for row in known if row.id == address_id), None)
        if before is None:
            raise _unknown("id")
        address = _checked(msgspec.convert({**before.address, **changes}, Address))
        _check_new(address, [row for row in known if row.id != before.id])
        await customers.change_address(session, customer.id, before.id, address)
        await customers.touch(session, customer.id, ctx.now())
        row = session.outcome = CustomerAddressRow(before.id, customer.id, address, before.is_default)
    return row


@once
async def drop_address(ctx: Context, token: str, address_id: int | None) -> int:
    """Keep one no more; its id. Raises CustomerRefused."""
    async with ctx.tx() as session:
        customer = await customer_asking(ctx, session, token)
        await customers.hold(session, customer.id)
        if address_id is None or not await customers.drop_address(session, customer.id, address_id):
            raise _unknown("id")
        await customers.touch(session, customer.id, ctx.now())
        session.outcome = address_id
    return address_id


@once
async def choose_address(ctx: Context, token: str, address_id: int | None) -> int:
    """Make one the default; the customer's id. Raises CustomerRefused."""
    async with ctx.tx() as session:
        customer = await customer_asking(ctx, session, token)
        await customers.hold(session, customer.id)
        if address_id is None or not await customers.make_default(session, customer.id, address_id):
            raise _unknown("address_id")
        await customers.touch(session, customer.id, ctx.now())
        session.outcome = customer.id
    return customer.id


async def _held(session: Session, customer_id: int) -> list[CustomerAddressRow]:
    """The addresses there are, none of which changes before the transaction ends."""
    await customers.hold(session, customer_id)
    return (await addresses_of_customers(session, [customer_id])).get(customer_id, [])


def _checked(address: Address) -> dict[str, str | None]:
    """The address as it is kept. Raises CustomerRefused with every fault there is."""
    tidy = tidied(address)
    problems = [
        CustomerProblem(code=KINDS.get(fault.kind, "INVALID"), message=fault.message, field=("address", fault.field))
        for fault in address_faults(tidy, is_strict=False)
    ]
    kept: dict[str, str | None] = msgspec.to_builtins(tidy)
    if not any(kept.values()):
        problems = [CustomerProblem(code="BLANK", message="The address cannot be empty.", field=("address",))]
    if problems:
        raise CustomerRefused(*problems)
    return kept


def _check_new(address: Mapping[str, str | None], known: list[CustomerAddressRow]) -> None:
    if any(row.address == address for row in known):
        raise refuse("TAKEN", "This address is kept already.", "address")


def _unknown(field: str) -> CustomerRefused:
    return refuse("NOT_FOUND", "No such address is kept.", field)
