"""When locations work, and on which days nothing leaves."""

import itertools
import re
from datetime import date
from typing import Any

import msgspec
from sqlalchemy import bindparam, delete, update

from vetrina.flows.auditing import audited
from vetrina.kernel import texts
from vetrina.kernel.context import Context, once
from vetrina.kernel.db import Session
from vetrina.kernel.errors import BadInput, NotFound
from vetrina.plugin.words import Say
from vetrina.views.locations import locations_by_id
from vetrina.vocabulary import OpenHours
from vetrina_shipping.flows.edition import WRITE, turn_page
from vetrina_shipping.models import ShippingClosing, ShippingPlace
from vetrina_shipping.rules import Closing, Place
from vetrina_shipping.rules.calendar import zone_of
from vetrina_shipping.views import closings, places

MOST_HOURS = 28
MOST_CLOSINGS = 500
LONGEST_CLOSING = 366
"""Days."""
_TIME = re.compile(r"([01]\d|2[0-3]):[0-5]\d")


@once
async def keep_place(ctx: Context, place: Place) -> None:
    """Write down when a location works; one location at a time is where parcels leave from.

    Needs shipping.write. Raises NotFound, BadInput.
    """
    ctx.require(WRITE)
    place = checked_place(place)
    if place.location_id not in await locations_by_id(ctx, [place.location_id]):
        raise NotFound(what="The location", field=("id",))
    async with ctx.tx() as session:
        await turn_page(session)
        if place.is_dispatch:
            await _leave_dispatch_to(session, place.location_id)
        await session.put(ShippingPlace, ("location_id",), location_id=place.location_id, terms=_terms(place))
        await audited(
            ctx, session, "shipping_place.changed", f"shipping_place:{place.location_id}", after=_terms(place)
        )


@once
async def add_closing(ctx: Context, closing: Closing) -> int:
    """Close for some days, everywhere or at one location; its id. Needs shipping.write. Raises BadInput."""
    ctx.require(WRITE)
    closing = _checked_closing(closing)
    async with ctx.tx() as session:
        await turn_page(session)
        if len(await closings(session)) >= MOST_CLOSINGS:
            raise BadInput(
                problem=Say(
                    f"A shop has {MOST_CLOSINGS} closings at most: remove old ones.",
                    it=f"Un negozio ha al massimo {MOST_CLOSINGS} chiusure: rimuovi le vecchie.",
                )
            )
        columns = {name: value for name, value in msgspec.structs.asdict(closing).items() if name != "id"}
        closing_id = session.outcome = await session.insert(ShippingClosing, **columns)
        await audited(ctx, session, "shipping_closing.created", f"shipping_closing:{closing_id}", after=columns)
    return closing_id


@once
async def remove_closing(ctx: Context, closing_id: int) -> None:
    """Open on those days after all. Needs shipping.write. Raises NotFound."""
    ctx.require(WRITE)
    async with ctx.tx() as session:
        await turn_page(session)
        if not await session.execute(_REMOVE, {"closing": closing_id}):
            raise NotFound(what="The closing", field=("id",))
        await audited(ctx, session, "shipping_closing.removed", f"shipping_closing:{closing_id}")


def checked_place(place: Place) -> Place:
    """The place as it is kept. Raises BadInput."""
    zone_of(place.zone)
    if not _TIME.fullmatch(place.cutoff):
        raise BadInput(field=("cutoff",), problem=Say("A time is written as 14:00.", it="Un'ora si scrive come 14:00."))
    if not 0 <= place.handling <= 60:
        raise BadInput(
            field=("handling",), problem=Say("Between 0 and 60 working days.", it="Da 0 a 60 giorni lavorativi.")
        )
    days = tuple(sorted(set(place.workdays)))
    if not days or not set(days) <= set(range(7)):
        raise BadInput(
            field=("workdays",),
            problem=Say(
                "A place works on one day of the week at least.", it="Una sede lavora almeno un giorno alla settimana."
            ),
        )
    if place.country and not re.fullmatch("[A-Z]{2}", place.country):
        raise BadInput(
            field=("country",),
            problem=Say(
                "A country is a code of two letters, such as IT.", it="Un paese è un codice di due lettere, come IT."
            ),
        )
    return msgspec.structs.replace(place, workdays=days, hours=checked_hours(place.hours))


def checked_hours(hours: tuple[OpenHours, ...]) -> tuple[OpenHours, ...]:
    """Opening hours by day and time, without any that overlap. Raises BadInput."""
    if len(hours) > MOST_HOURS:
        raise BadInput(
            field=("hours",),
            problem=Say(
                f"A week has {MOST_HOURS} openings at most.", it=f"Una settimana ha al massimo {MOST_HOURS} aperture."
            ),
        )
    ordered = sorted(hours, key=lambda one: (one.day, one.opens))
    for one in ordered:
        is_time = _TIME.fullmatch(one.opens) and _TIME.fullmatch(one.closes)
        if not (0 <= one.day <= 6 and is_time and one.opens < one.closes):
            raise BadInput(
                field=("hours",),
                problem=Say(
                    "Write opening hours as Mon-Fri 09:00-13:00.",
                    it="Scrivi gli orari di apertura come Mon-Fri 09:00-13:00.",
                ),
            )
    for one, other in itertools.pairwise(ordered):
        if one.day == other.day and other.opens < one.closes:
            raise BadInput(
                field=("hours",),
                problem=Say(
                    "Two openings of one day overlap.", it="Due aperture dello stesso giorno si sovrappongono."
                ),
            )
    return tuple(ordered)


def _checked_closing(closing: Closing) -> Closing:
    try:
        first, last = date.fromisoformat(closing.first), date.fromisoformat(closing.last)
    except ValueError:
        raise BadInput(
            field=("first",), problem=Say("A day is written as 2026-08-10.", it="Un giorno si scrive come 2026-08-10.")
        ) from None
    if last < first:
        raise BadInput(field=("last",), problem=Say("It ends before it begins.", it="Finisce prima di cominciare."))
    if (last - first).days >= LONGEST_CLOSING:
        raise BadInput(
            field=("last",),
            problem=Say(
                f"A closing lasts {LONGEST_CLOSING} days at most.",
                it=f"Una chiusura dura al massimo {LONGEST_CLOSING} giorni.",
            ),
        )
    title = texts.line(closing.title, field=("title",), limit=120)
    return msgspec.structs.replace(closing, first=first.isoformat(), last=last.isoformat(), title=title)


async def _leave_dispatch_to(session: Session, location_id: int) -> None:
    for other in await places(session):
        if other.is_dispatch and other.location_id != location_id:
            kept = msgspec.structs.replace(other, is_dispatch=False)
            await session.execute(_REPLACE, {"location": other.location_id, "terms_": _terms(kept)})


def _terms(place: Place) -> dict[str, Any]:
    return {name: value for name, value in msgspec.to_builtins(place).items() if name != "location_id"}


_REMOVE = delete(ShippingClosing).where(ShippingClosing.id == bindparam("closing"))
_REPLACE = (
    update(ShippingPlace).where(ShippingPlace.location_id == bindparam("location")).values(terms=bindparam("terms_"))
)
