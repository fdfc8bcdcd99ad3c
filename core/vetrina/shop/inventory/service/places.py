"""Where stock is: locations are added, described anew, opened and closed."""

from typing import Any

import msgspec
from sqlalchemy import bindparam, func, select, update

from vetrina.kernel.db import BigInt, Session, table_of
from vetrina.kernel.errors import NotFound
from vetrina.shop.inventory.models import Level, Location
from vetrina.shop.inventory.rules import LocationIsNeeded, LocationNameTaken, LocationSheet


async def add_location(session: Session, sheet: LocationSheet) -> int:
    """A new location, the last that stock is taken from; its id. Raises LocationNameTaken."""
    await _check_name(session, sheet.name, 0)
    return await session.insert(Location, position=await session.value(_NEXT), **_columns(sheet))


async def change_location(session: Session, location_id: int, sheet: LocationSheet) -> None:
    """Describe a location anew. Raises NotFound, LocationNameTaken, LocationIsNeeded."""
    if not await session.fetch(_LOCKED, {"location": location_id}):
        raise NotFound(what="The location")
    await _check_name(session, sheet.name, location_id)
    if not sheet.is_active:
        await _check_spare(session, location_id)
    given = {f"new_{name}": value for name, value in _columns(sheet).items()}
    await session.execute(_CHANGE, {"location": location_id, **given})


async def _check_name(session: Session, name: str, location_id: int) -> None:
    if await session.fetch(_NAMED, {"wanted": name, "location": location_id}):
        raise LocationNameTaken(field=("name",), name=name)


async def _check_spare(session: Session, location_id: int) -> None:
    """A location is closed when nothing of it is promised to buyers, and another one is open."""
    if await session.fetch(_HELD, {"location": location_id}) or not await session.fetch(
        _OTHERS, {"location": location_id}
    ):
        raise LocationIsNeeded(field=("is_active",))


def _columns(sheet: LocationSheet) -> dict[str, Any]:
    address = {name: value for name, value in msgspec.structs.asdict(sheet.address).items() if value is not None}
    return {
        "name": sheet.name,
        "address": address,
        "city": sheet.address.city or "",
        "latitude": sheet.latitude,
        "longitude": sheet.longitude,
        "is_active": sheet.is_active,
    }


_ID = bindparam("location", type_=BigInt)
_NEXT = select(func.coalesce(func.max(Location.position), -1) + 1)
_LOCKED = select(Location.id).where(Location.id == _ID).with_for_update()
_NAMED = select(Location.id).where(Location.name == bindparam("wanted"), Location.id != _ID)
_HELD = select(Level.variant_id).where(Level.location_id == _ID, Level.reserved > 0).limit(1)
_OTHERS = select(Location.id).where(Location.id != _ID, Location.is_active).limit(1)
_CHANGE = (
    update(table_of(Location))
    .where(Location.id == _ID)
    .values(
        {name: bindparam(f"new_{name}") for name in ("name", "address", "city", "latitude", "longitude", "is_active")}
    )
)
