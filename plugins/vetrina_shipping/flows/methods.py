"""Create, change and remove the methods of a zone, with their price tables."""

import re
from typing import Any

import msgspec
from sqlalchemy import bindparam, delete, update

from vetrina.flows.auditing import audited
from vetrina.kernel import texts
from vetrina.kernel.context import Context, once
from vetrina.kernel.db import Session
from vetrina.kernel.errors import BadInput, NotFound
from vetrina_shipping.flows.edition import WRITE, turn_page
from vetrina_shipping.flows.zones import check_amounts, check_currency, found_zone
from vetrina_shipping.models import ShippingMethod
from vetrina_shipping.rules import Book, Method, Zone
from vetrina_shipping.rules.tables import BadTable, TableGap, TableOverlap, checked_table
from vetrina_shipping.rules.terms import MOST_METHODS
from vetrina_shipping.views import read_book

MOST_CURRENCIES = 30
_HANDLE = re.compile(r"[a-z0-9-]{1,40}")
_COLUMNS = frozenset({"id", "handle"})


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
            raise BadInput(problem=f"A zone has {MOST_METHODS} methods at most.")
        _has_own_handle(zone, method)
        method_id = session.outcome = await session.insert(ShippingMethod, zone_id=zone_id, **_columns(method))
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
        columns = {f"{name}_": value for name, value in _columns(method).items()}
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


def checked_method(method: Method) -> Method:
    """The method as it is kept, its tables in order. Raises BadInput, TableGap, TableOverlap, BadTable."""
    if not _HANDLE.fullmatch(method.handle):
        raise BadInput(field=("handle",), problem="A handle has up to 40 small letters, digits and dashes.")
    titles = _worded(method.titles, "titles", 120)
    if not titles:
        raise BadInput(field=("titles",), problem="Write down what buyers see.")
    _check_days(method)
    if method.kind == "local" and method.codes is None:
        raise BadInput(field=("codes",), problem="A local delivery names its postal codes.")
    if method.most_weight is not None and method.most_weight <= 0:
        raise BadInput(field=("most_weight",), problem="Write a weight above zero, or nothing.")
    if not method.tables and method.live is None:
        raise BadInput(field=("steps",), problem="Write down at least one price.")
    if len(method.tables) > MOST_CURRENCIES:
        raise BadInput(field=("steps",), problem=f"A method has prices in {MOST_CURRENCIES} currencies at most.")
    if method.live is not None:
        check_amounts(method.live.plus, ("plus",))
        if not -100 <= method.live.percent <= 1_000:
            raise BadInput(field=("percent",), problem="A mark-up is between -100 and 1000 percent.")
    tables = {currency: _checked(currency, table) for currency, table in sorted(method.tables.items())}
    descriptions = _worded(method.descriptions, "descriptions", 500)
    return msgspec.structs.replace(method, titles=titles, descriptions=descriptions, tables=tables)


def _checked(currency: str, table: Any) -> Any:
    check_currency(currency, ("steps",))
    try:
        return checked_table(table)
    except (TableGap, TableOverlap, BadTable) as refusal:
        refusal.field = ("steps",)
        raise


def _worded(words: dict[str, str], field: str, limit: int) -> dict[str, str]:
    kept = {code: texts.line(text, field=(field,), limit=limit) for code, text in words.items()}
    if any(not re.fullmatch(r"[a-z]{2,3}(-[A-Za-z]{2,4})?", code) for code in kept):
        raise BadInput(field=(field,), problem="A language is a code such as it.")
    return {code: text for code, text in kept.items() if text}


def _check_days(method: Method) -> None:
    least, most = method.days_min, method.days_max
    if (least is None) != (most is None):
        raise BadInput(field=("days_max",), problem="Write down both the fewest and the most days, or neither.")
    if least is not None and most is not None and not 0 <= least <= most <= 120:
        raise BadInput(field=("days_max",), problem="Write the fewest days first; the most are 120.")


def _has_own_handle(zone: Zone, method: Method) -> None:
    if any(other.id != method.id and other.handle == method.handle for other in zone.methods):
        raise BadInput(field=("handle",), problem="Another method of this zone has that handle.")


def _columns(method: Method) -> dict[str, Any]:
    fields = msgspec.to_builtins(method)
    return {
        "handle": method.handle,
        "terms": {name: value for name, value in fields.items() if name not in _COLUMNS},
    }


def _told(method: Method) -> dict[str, Any]:
    return {"handle": method.handle, **_columns(method)["terms"]}


async def _audit(ctx: Context, session: Session, method_id: int, verb: str, **facts: Any) -> None:
    await audited(ctx, session, f"shipping_method.{verb}", f"shipping_method:{method_id}", **facts)


_THIS = ShippingMethod.id == bindparam("method")
_UPDATE = update(ShippingMethod).where(_THIS).values(handle=bindparam("handle_"), terms=bindparam("terms_"))
_DELETE = delete(ShippingMethod).where(_THIS)
