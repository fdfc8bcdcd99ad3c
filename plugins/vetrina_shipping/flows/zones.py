"""Create, change and remove zones."""

from typing import Any

import msgspec
from sqlalchemy import bindparam, delete, update

from vetrina.flows.auditing import audited
from vetrina.kernel.context import Context, once
from vetrina.kernel.db import Session
from vetrina.kernel.errors import BadInput, NotFound
from vetrina.plugin.words import Say
from vetrina_shipping.flows.checking import checked_zone
from vetrina_shipping.flows.edition import WRITE, turn_page
from vetrina_shipping.models import ShippingMethod, ShippingZone
from vetrina_shipping.rules import Book, Method, Zone
from vetrina_shipping.rules.areas import ZonesOverlap, overlap
from vetrina_shipping.rules.terms import MOST_ZONES
from vetrina_shipping.views import read_book

_COLUMNS = frozenset({"id", "name", "is_active", "methods"})
_METHOD_COLUMNS = frozenset({"id", "handle"})


@once
async def create_zone(ctx: Context, zone: Zone) -> int:
    """Write a zone with the methods it brings; its id. Needs shipping.write.

    Raises BadInput, ZonesOverlap, TableGap, TableOverlap, BadTable.
    """
    ctx.require(WRITE)
    zone = checked_zone(zone)
    async with ctx.tx() as session:
        await turn_page(session)
        book = await read_book(session)
        if len(book.zones) >= MOST_ZONES:
            raise BadInput(
                problem=Say(
                    f"A shop has {MOST_ZONES} zones at most.", it=f"Un negozio ha al massimo {MOST_ZONES} zone."
                )
            )
        _stands_alone(book, zone)
        zone_id = session.outcome = await session.insert(ShippingZone, **_columns(zone))
        if zone.methods:
            rows = [{"zone_id": zone_id, **method_columns(method)} for method in zone.methods]
            await session.add_many(ShippingMethod, rows)
        told = {**_told(zone), "methods": [method.handle for method in zone.methods]}
        await _audit(ctx, session, zone_id, "created", after=told)
    return zone_id


@once
async def update_zone(ctx: Context, zone_id: int, zone: Zone) -> None:
    """Write a zone anew; its methods stay. Needs shipping.write. Raises NotFound, BadInput, ZonesOverlap."""
    ctx.require(WRITE)
    zone = msgspec.structs.replace(checked_zone(zone), id=zone_id)
    async with ctx.tx() as session:
        await turn_page(session)
        book = await read_book(session)
        before = found_zone(book, zone_id)
        _stands_alone(book, zone)
        await session.execute(_UPDATE, {"zone": zone_id, **{f"{k}_": v for k, v in _columns(zone).items()}})
        await _audit(ctx, session, zone_id, "changed", before=_told(before), after=_told(zone))


@once
async def delete_zone(ctx: Context, zone_id: int) -> None:
    """Remove a zone with its methods; orders keep how they travel. Needs shipping.write. Raises NotFound."""
    ctx.require(WRITE)
    async with ctx.tx() as session:
        await turn_page(session)
        before = found_zone(await read_book(session), zone_id)
        await session.execute(_DELETE_METHODS, {"zone": zone_id})
        await session.execute(_DELETE, {"zone": zone_id})
        await _audit(ctx, session, zone_id, "removed", before=_told(before))


def found_zone(book: Book, zone_id: int) -> Zone:
    """The zone with that id. Raises NotFound."""
    found = next((zone for zone in book.zones if zone.id == zone_id), None)
    if found is None:
        raise NotFound(what="The zone", field=("id",))
    return found


def _stands_alone(book: Book, zone: Zone) -> None:
    for other in book.zones if zone.is_active else ():
        if other.id != zone.id and other.is_active:
            place = overlap(zone.areas, other.areas)
            if place is not None:
                raise ZonesOverlap(field=("countries",), place=place, other=other.name)
    if any(other.id != zone.id and other.name == zone.name for other in book.zones):
        raise BadInput(
            field=("name",), problem=Say("Another zone is called like this.", it="Un'altra zona si chiama già così.")
        )


def _columns(zone: Zone) -> dict[str, Any]:
    fields = msgspec.to_builtins(zone)
    terms = {name: value for name, value in fields.items() if name not in _COLUMNS}
    return {"name": zone.name, "terms": terms, "is_active": zone.is_active}


def _told(zone: Zone) -> dict[str, Any]:
    columns = _columns(zone)
    return {"name": zone.name, "is_active": zone.is_active, **columns["terms"]}


def method_columns(method: Method) -> dict[str, Any]:
    """A method as its row, but for its zone."""
    fields = msgspec.to_builtins(method)
    terms = {name: value for name, value in fields.items() if name not in _METHOD_COLUMNS}
    return {"handle": method.handle, "terms": terms}


async def _audit(ctx: Context, session: Session, zone_id: int, verb: str, **facts: Any) -> None:
    await audited(ctx, session, f"shipping_zone.{verb}", f"shipping_zone:{zone_id}", **facts)


_THIS = ShippingZone.id == bindparam("zone")
_UPDATE = (
    update(ShippingZone)
    .where(_THIS)
    .values(name=bindparam("name_"), terms=bindparam("terms_"), is_active=bindparam("is_active_"))
)
_DELETE_METHODS = delete(ShippingMethod).where(ShippingMethod.zone_id == bindparam("zone"))
_DELETE = delete(ShippingZone).where(_THIS)
