"""Open a cart, change its row, write its lines and addresses, make its copy."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, bindparam, delete, false, null, select, update

from vetrina.kernel.db import Session, id_in, table_of
from vetrina.kernel.db.rows import add_and_tell
from vetrina.shop.cart.models import Cart, CartAddress, CartLine
from vetrina.shop.cart.rules import Line, Writing, attributes_key
from vetrina.vocabulary import Address, CartState

_NEVER = false()


class Moved(msgspec.Struct, frozen=True):
    """A cart at its next version; `destination` is the selected address, as the database keeps it."""

    destination: dict[str, Any] | None


def new_cart(*, key: str, country: str, language: str, at: datetime, **chosen: Any) -> dict[str, Any]:
    """The columns of a cart nobody has put anything in yet, but its id."""
    return {
        "key": key,
        "state": CartState.OPEN.value,
        "version": 1,
        "country": country,
        "language": language,
        "email": None,
        "phone": None,
        "customer_id": None,
        "preferences": None,
        "consent": None,
        "note": "",
        "attributes": [],
        "discount_codes": [],
        "gift_card_codes": [],
        "delivery_choices": {},
        "billing_address": None,
        "payment": None,
        "created_at": at,
        "updated_at": at,
        **chosen,
    }


async def change_cart(
    session: Session,
    cart_id: int,
    version: int,
    at: datetime,
    changes: Mapping[str, Any],
    *,
    unless: ColumnElement[bool] = _NEVER,
) -> Moved | None:
    """Give a cart that this transaction holds its next version, and other columns with it; None: it was not done."""
    values = {"version": version, "updated_at": at, **changes}
    params = {"cart_id": cart_id, **{f"new_{name}": value for name, value in values.items()}}
    return await session.one(Moved, _change(tuple(values), unless), params)


async def order(session: Session, cart_id: int, version: int, at: datetime) -> bool:
    """The cart of that version becomes an order; whether it was still open, and no other. It is ours from here on."""
    return await session.execute(_ORDER, {"cart_id": cart_id, "seen": version, "at_": at}) == 1


async def write_lines(session: Session, cart_id: int, writing: Writing, at: datetime) -> dict[tuple[int, str], int]:
    """Make the lines of a cart that this transaction holds what they should be; ids of the new ones by identity."""
    if writing.dropped:
        await session.execute(_DROP_LINES, {"ids": list(writing.dropped)})
    fresh, renewed = (
        [_line(cart_id, line, at) for line in writing.added if (line.id is None) is is_new] for is_new in (True, False)
    )
    told = await add_and_tell(session, CartLine, fresh, "id", "variant_id", "attributes_key")
    await session.add_many(CartLine, renewed)
    await session.execute_many(_MOVE_LINE, [{"line_id": key, "pieces": pieces} for key, pieces in writing.moved])
    return {(variant_id, attributes): line_id for line_id, variant_id, attributes in told}


async def add_addresses(
    session: Session, cart_id: int, addresses: Sequence[tuple[Address, bool, bool]]
) -> list[tuple[Any, ...]]:
    """Add delivery addresses, each with whether it is selected and whether it is for one time.

    Answers id, cart_id, address, is_selected and is_one_time of each, in the order of ids.
    """
    rows = [
        {"cart_id": cart_id, "address": plain_address(address), "is_selected": is_selected, "is_one_time": is_one_time}
        for address, is_selected, is_one_time in addresses
    ]
    return sorted(await add_and_tell(session, CartAddress, rows, "id", *_ADDRESS), key=lambda row: row[0])


async def change_address(
    session: Session, address_id: int, *, address: Address, is_selected: bool, is_one_time: bool
) -> None:
    await session.execute(
        _CHANGE_ADDRESS,
        {
            "address_id": address_id,
            "new_address": plain_address(address),
            "selected": is_selected,
            "one_time": is_one_time,
        },
    )


async def unselect_addresses(session: Session, cart_id: int) -> None:
    """Leave no address selected, so that another one can be."""
    await session.execute(_UNSELECT, {"cart": cart_id, "selected": False})


async def forget_addresses(session: Session, cart_id: int) -> int:
    """Drop all delivery addresses of a cart; how many there were."""
    return await session.execute(_FORGET_ADDRESSES, {"cart": cart_id})


async def drop_addresses(session: Session, address_ids: Sequence[int]) -> None:
    await session.execute(_DROP_ADDRESSES, {"ids": list(address_ids)})


def plain_address(address: Address) -> dict[str, Any]:
    """An address as a document: only what was given."""
    return {name: value for name, value in msgspec.structs.asdict(address).items() if value is not None}


def _line(cart_id: int, line: Line, at: datetime) -> dict[str, Any]:
    row: dict[str, Any] = {
        "cart_id": cart_id,
        "variant_id": line.variant_id,
        "quantity": line.quantity,
        "attributes": [{"key": attribute.key, "value": attribute.value} for attribute in line.attributes],
        "attributes_key": attributes_key(line.attributes),
        "created_at": at,
    }
    return row if line.id is None else {"id": line.id, **row}


@cache
def _change(names: tuple[str, ...], unless: ColumnElement[bool]) -> Any:
    values = {name: bindparam(f"new_{name}", type_=_TYPES[name]) for name in names}
    changing = update(table_of(Cart)).where(Cart.id == bindparam("cart_id"), ~unless).values(values)
    # Whoever changes a cart mostly asks where it goes next: the write says it, and spares a statement.
    return changing.returning(_DESTINATION)


_TYPES = {column.name: column.type for column in table_of(Cart).columns}
_ADDRESS = ("cart_id", "address", "is_selected", "is_one_time")
_DESTINATION = (
    select(CartAddress.address)
    .where(CartAddress.cart_id == bindparam("cart_id"), CartAddress.is_selected)
    .scalar_subquery()
    .label("destination")
)
_ORDER = (
    update(table_of(Cart))
    .where(Cart.id == bindparam("cart_id"), Cart.version == bindparam("seen"), Cart.state == CartState.OPEN.value)
    .values(
        state=CartState.ORDERED.value,
        payment=null(),
        version=Cart.version + 1,
        updated_at=bindparam("at_", type_=_TYPES["updated_at"]),
    )
)
_DROP_LINES = delete(table_of(CartLine)).where(id_in(CartLine.id, "ids"))
_MOVE_LINE = update(table_of(CartLine)).where(CartLine.id == bindparam("line_id")).values(quantity=bindparam("pieces"))
_CHANGE_ADDRESS = (
    update(table_of(CartAddress))
    .where(CartAddress.id == bindparam("address_id"))
    .values(
        address=bindparam("new_address", type_=CartAddress.address.type),
        is_selected=bindparam("selected"),
        is_one_time=bindparam("one_time"),
    )
)
_UNSELECT = (
    update(table_of(CartAddress))
    .where(CartAddress.cart_id == bindparam("cart"))
    .values(is_selected=bindparam("selected"))
)
_DROP_ADDRESSES = delete(table_of(CartAddress)).where(id_in(CartAddress.id, "ids"))
_FORGET_ADDRESSES = delete(table_of(CartAddress)).where(CartAddress.cart_id == bindparam("cart"))
