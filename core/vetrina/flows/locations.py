"""Open, describe and close the places that hold stock."""

from decimal import Decimal, InvalidOperation

import msgspec

from vetrina.flows.auditing import audited
from vetrina.kernel.context import Context, once
from vetrina.kernel.errors import BadInput
from vetrina.kernel.texts import LINE, line
from vetrina.shop.delivery.rules import address_faults, tidied
from vetrina.shop.inventory import service as inventory
from vetrina.shop.inventory.rules import LocationSheet
from vetrina.vocabulary import Address

NAME_LIMIT = 120
MILLIONTHS = 1_000_000
_REASONS = {"too_long": "long", "html": "html", "url": "no_url", "emoji": "emoji", "pattern": "pattern"}
"""Faults of an address in the words of refusals."""


class LocationInput(msgspec.Struct, frozen=True, kw_only=True):
    """A location as somebody writes it. Degrees north and east are decimal, WGS 84: 45.0703 and 7.6869 is Turin.

    Without a point on the earth a location is never said to be near.
    """

    name: str
    address: Address = Address()
    latitude: str = ""
    longitude: str = ""
    is_active: bool = True
    """Whether buyers are served from here."""


@once
async def create_location(ctx: Context, new: LocationInput) -> int:
    """Open a location; stock is taken from it after all others. Its id. Needs shop.write.

    Raises BadInput, LocationNameTaken.
    """
    ctx.require("shop.write")
    sheet = _checked(new)
    async with ctx.tx() as session:
        location_id = session.outcome = await inventory.add_location(session, sheet)
        await audited(ctx, session, "location.created", f"Location:{location_id}", after=msgspec.to_builtins(sheet))
    return location_id


@once
async def update_location(ctx: Context, location_id: int, new: LocationInput) -> None:
    """Describe a location anew, open or close it. Needs shop.write.

    Raises BadInput, NotFound, LocationNameTaken, and LocationIsNeeded for one that holds pieces for buyers or is the
    last that is open.
    """
    ctx.require("shop.write")
    sheet = _checked(new)
    async with ctx.tx() as session:
        await inventory.change_location(session, location_id, sheet)
        await audited(ctx, session, "location.changed", f"Location:{location_id}", after=msgspec.to_builtins(sheet))


def _checked(new: LocationInput) -> LocationSheet:
    address = tidied(new.address)
    for fault in address_faults(address, is_strict=False):
        facts = {"limit": LINE} if fault.kind == "too_long" else {}
        raise BadInput(field=("address", fault.field), problem=fault.message, reason=_REASONS[fault.kind], **facts)
    latitude, longitude = _degrees(new.latitude, "latitude", 90), _degrees(new.longitude, "longitude", 180)
    if (latitude is None) != (longitude is None):
        missing = "latitude" if latitude is None else "longitude"
        raise BadInput(
            field=(missing,),
            problem="Latitude and longitude go together: give both, or neither.",
            reason="degrees_both",
        )
    name = line(new.name, field=("name",), limit=NAME_LIMIT, required=True)
    return LocationSheet(name=name, address=address, latitude=latitude, longitude=longitude, is_active=new.is_active)


def _degrees(written: str, field: str, most: int) -> int | None:
    """Millionths of a degree; None where nothing is written."""
    if not written.strip():
        return None
    problem = f"The {field} is a decimal number between -{most} and {most}, such as 45.0703."
    try:
        degrees = Decimal(written.strip().replace(",", "."))
    except InvalidOperation:
        raise BadInput(field=(field,), problem=problem, reason="degrees") from None
    if not degrees.is_finite() or abs(degrees) > most:
        raise BadInput(field=(field,), problem=problem, reason="degrees")
    return int((degrees * MILLIONTHS).to_integral_value())
