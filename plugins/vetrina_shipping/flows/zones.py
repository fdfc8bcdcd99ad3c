"""Create, change and remove zones."""

from collections.abc import Sequence
from typing import Any

import msgspec
from babel import Locale
from sqlalchemy import bindparam, delete, update

from vetrina.flows.auditing import audited
from vetrina.kernel import texts
from vetrina.kernel.context import Context, once
from vetrina.kernel.db import Session
from vetrina.kernel.errors import BadInput, NotFound
from vetrina.kernel.money import LARGEST, digits
from vetrina_shipping.flows.edition import WRITE, turn_page
from vetrina_shipping.models import ShippingMethod, ShippingZone
from vetrina_shipping.rules import Area, Book, FreeRule, Surcharge, Zone
from vetrina_shipping.rules.areas import EVERYWHERE, ZonesOverlap, overlap
from vetrina_shipping.rules.terms import MOST_ZONES
from vetrina_shipping.views import read_book

MOST_RULES = 50
MOST_AREAS = 300
_COLUMNS = frozenset({"id", "name", "is_active", "methods"})


@once
async def create_zone(ctx: Context, zone: Zone) -> int:
    """Write a zone without methods; its id. Needs shipping.write. Raises BadInput, ZonesOverlap."""
    ctx.require(WRITE)
    zone = checked_zone(zone)
    async with ctx.tx() as session:
        await turn_page(session)
        book = await read_book(session)
        if len(book.zones) >= MOST_ZONES:
            raise BadInput(problem=f"A shop has {MOST_ZONES} zones at most.")
        _stands_alone(book, zone)
        zone_id = session.outcome = await session.insert(ShippingZone, **_columns(zone))
        await _audit(ctx, session, zone_id, "created", after=_told(zone))
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


def checked_zone(zone: Zone) -> Zone:
    """The zone as it is kept. Raises BadInput."""
    name = texts.line(zone.name, field=("name",), limit=80, required=True)
    if not zone.areas:
        raise BadInput(field=("countries",), problem="A zone names at least one country.")
    _check_areas(zone.areas, "countries")
    _check_areas(zone.without, "without")
    if len(zone.free) > MOST_RULES or len(zone.surcharges) > MOST_RULES:
        raise BadInput(field=("free",), problem=f"A zone has {MOST_RULES} rules of a kind at most.")
    for index, rule in enumerate(zone.free):
        _check_free(rule, ("free", str(index)))
    for index, rule in enumerate(zone.surcharges):
        _check_surcharge(rule, ("surcharges", str(index)))
    return msgspec.structs.replace(zone, name=name, methods=())


def check_amounts(amounts: dict[str, int], field: tuple[str, ...]) -> None:
    """Amounts are by currencies there are, in minor units. Raises BadInput."""
    for currency, amount in amounts.items():
        check_currency(currency, field)
        if not 0 <= amount <= LARGEST:
            raise BadInput(field=field, problem="An amount is zero or more.")


def check_currency(currency: str, field: tuple[str, ...]) -> None:
    """Raises BadInput for what is no currency."""
    if not (len(currency) == 3 and currency.isascii() and currency.isupper() and currency in _currencies()):
        raise BadInput(field=field, problem=f"{currency[:10]} is no currency; write a code such as EUR.")
    digits(currency)


def _check_areas(areas: Sequence[Area], field: str) -> None:
    if len(areas) > MOST_AREAS:
        raise BadInput(field=(field,), problem=f"A zone names {MOST_AREAS} areas at most.")
    known = Locale("en").territories
    for area in areas:
        if area.country != EVERYWHERE and (len(area.country) != 2 or area.country not in known):
            raise BadInput(field=(field,), problem=f"{area.country[:10]} is no country; write a code such as IT.")


def _check_free(rule: FreeRule, field: tuple[str, ...]) -> None:
    check_amounts(rule.thresholds, (*field, "amount"))
    if not (rule.thresholds or rule.tags or rule.collections):
        raise BadInput(field=(*field, "amount"), problem="Say from which amount, for which tag or which collection.")


def _check_surcharge(rule: Surcharge, field: tuple[str, ...]) -> None:
    texts.line(rule.title, field=(*field, "title"), limit=120, required=True)
    check_amounts(rule.amounts, (*field, "amount"))
    if rule.over < 0:
        raise BadInput(field=(*field, "over"), problem="Write zero or more.")


def _currencies() -> frozenset[str]:
    return frozenset(Locale("en").currencies)


def _stands_alone(book: Book, zone: Zone) -> None:
    for other in book.zones if zone.is_active else ():
        if other.id != zone.id and other.is_active:
            place = overlap(zone.areas, other.areas)
            if place is not None:
                raise ZonesOverlap(field=("countries",), place=place, other=other.name)
    if any(other.id != zone.id and other.name == zone.name for other in book.zones):
        raise BadInput(field=("name",), problem="Another zone is called like this.")


def _columns(zone: Zone) -> dict[str, Any]:
    fields = msgspec.to_builtins(zone)
    terms = {name: value for name, value in fields.items() if name not in _COLUMNS}
    return {"name": zone.name, "terms": terms, "is_active": zone.is_active}


def _told(zone: Zone) -> dict[str, Any]:
    columns = _columns(zone)
    return {"name": zone.name, "is_active": zone.is_active, **columns["terms"]}


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
