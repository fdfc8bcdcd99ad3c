"""Create, change and remove the methods of a zone, with their price tables."""

from typing import Any

import msgspec
from sqlalchemy import bindparam, delete, update

from vetrina.flows.auditing import audited
from vetrina.kernel.context import Context, once
from vetrina.kernel.db import Session
from vetrina.kernel.errors import BadInput, NotFound
from vetrina.plugin.words import Say
from vetrina_shipping.flows.checking import checked_method
from vetrina_shipping.flows.edition import WRITE, turn_page
from vetrina_shipping.flows.zones import found_zone, method_columns
from vetrina_shipping.models import ShippingMethod
from vetrina_shipping.rules import Book, Method, Zone
from vetrina_shipping.rules.terms import MOST_METHODS
from vetrina_shipping.views import read_book


@once
async def create_method(ctx: Context, zone_id: int, method: Method) -> int:
    """Add a method to a zone; its id. Needs shipping.write.

    Raises NotFound, BadInput, TableGap, TableOverlap, BadTable.
    """
    ctx.require(WRITE)
    method = checked_method(method)
    async with ctx.tx() as session:
        await turn_page(session)
        zone = found_zone(await read_book(session), zone_id)
        if len(zone.methods) >= MOST_METHODS:
            raise BadInput(
                problem=Say(
                    f"A zone has {MOST_METHODS} methods at most.", it=f"Una zona ha al massimo {MOST_METHODS} metodi."
                )
            )
        _has_own_handle(zone, method)
        method_id = session.outcome = await session.insert(ShippingMethod, zone_id=zone_id, **method_columns(method))
        await _audit(ctx, session, method_id, "created", after=_told(method))
    return method_id


@once
async def update_method(ctx: Context, method_id: int, method: Method) -> None:
    """Write a method anew; carts have the new price at once. Needs shipping.write. Raises what create_method raises."""
    ctx.require(WRITE)
    method = msgspec.structs.replace(checked_method(method), id=method_id)
    async with ctx.tx() as session:
        await turn_page(session)
        zone, before = found_method(await read_book(session), method_id)
        _has_own_handle(zone, method)
        columns = {f"{name}_": value for name, value in method_columns(method).items()}
        await session.execute(_UPDATE, {"method": method_id, **columns})
        await _audit(ctx, session, method_id, "changed", before=_told(before), after=_told(method))


@once
async def delete_method(ctx: Context, method_id: int) -> None:
    """Remove a method; orders keep what they were delivered by. Needs shipping.write. Raises NotFound."""
    ctx.require(WRITE)
    async with ctx.tx() as session:
        await turn_page(session)
        _, before = found_method(await read_book(session), method_id)
        await session.execute(_DELETE, {"method": method_id})
        await _audit(ctx, session, method_id, "removed", before=_told(before))


def found_method(book: Book, method_id: int) -> tuple[Zone, Method]:
    """The method with that id, and its zone. Raises NotFound."""
    for zone in book.zones:
        for method in zone.methods:
            if method.id == method_id:
                return zone, method
    raise NotFound(what="The method", field=("id",))


def _has_own_handle(zone: Zone, method: Method) -> None:
    if any(other.id != method.id and other.handle == method.handle for other in zone.methods):
        raise BadInput(
            field=("handle",),
            problem=Say(
                "Another method of this zone has that handle.",
                it="Un altro metodo di questa zona ha già questo handle.",
            ),
        )


def _told(method: Method) -> dict[str, Any]:
    return {"handle": method.handle, **method_columns(method)["terms"]}


async def _audit(ctx: Context, session: Session, method_id: int, verb: str, **facts: Any) -> None:
    await audited(ctx, session, f"shipping_method.{verb}", f"shipping_method:{method_id}", **facts)


_THIS = ShippingMethod.id == bindparam("method")
_UPDATE = update(ShippingMethod).where(_THIS).values(handle=bindparam("handle_"), terms=bindparam("terms_"))
_DELETE = delete(ShippingMethod).where(_THIS)
