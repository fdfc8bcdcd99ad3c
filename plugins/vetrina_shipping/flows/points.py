"""Write, import and remove the shop's own pickup points."""

import csv
import io
import re
from collections.abc import Iterator, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

import msgspec
from sqlalchemy import bindparam, delete

from vetrina.flows.auditing import audited
from vetrina.kernel import texts
from vetrina.kernel.context import Context, once
from vetrina.kernel.db import Session
from vetrina.kernel.errors import BadInput, NotFound
from vetrina.plugin.words import Say, refused, said
from vetrina.vocabulary import Address, PickupPoint
from vetrina_shipping.flows.edition import WRITE, turn_page
from vetrina_shipping.flows.places import checked_hours
from vetrina_shipping.models import ShippingPoint
from vetrina_shipping.rules.points import MILLION
from vetrina_shipping.rules.terms import MOST_POINTS
from vetrina_shipping.views import counts
from vetrina_shipping.weeks import read_hours

COLUMNS = ("code", "name", "address1", "zip", "city", "province", "country", "latitude", "longitude", "hours")
MOST_CHARACTERS = 1_000_000
_CODE = re.compile(r"[A-Za-z0-9_-]{1,40}")


@once
async def keep_point(ctx: Context, point: PickupPoint, *, is_active: bool = True) -> None:
    """Write a pickup point under its id, new or anew. Needs shipping.write. Raises BadInput."""
    await _keep(ctx, [point], is_active=is_active)


@once
async def import_points(ctx: Context, document: str) -> int:
    """Write the points of a CSV, each under its code; how many. All or none. Needs shipping.write. Raises BadInput.

    The first line names the columns: code, name, address1, zip, city, province, country, latitude, longitude, hours.
    """
    ctx.require(WRITE)
    if len(document) > MOST_CHARACTERS:
        raise BadInput(
            field=("document",),
            problem=Say(
                "More than a million characters: bring it in by parts.",
                it="Più di un milione di caratteri: importalo a parti.",
            ),
        )
    points = list(_read(document))
    if not points:
        raise BadInput(
            field=("document",),
            problem=Say(
                "The list holds no point below its first line.", it="L'elenco non contiene punti sotto la prima riga."
            ),
        )
    await _keep(ctx, points, is_active=True)
    return len(points)


@once
async def delete_point(ctx: Context, code: str) -> None:
    """Remove a point; orders keep where they were collected. Needs shipping.write. Raises NotFound."""
    ctx.require(WRITE)
    async with ctx.tx() as session:
        await turn_page(session)
        if not await session.execute(_DELETE, {"code_": code}):
            raise NotFound(what="The pickup point", field=("code",))
        await audited(ctx, session, "shipping_point.removed", f"shipping_point:{code}")


async def _keep(ctx: Context, points: list[PickupPoint], *, is_active: bool) -> None:
    ctx.require(WRITE)
    checked = [checked_point(point) for point in points]
    async with ctx.tx() as session:
        await turn_page(session)
        for point in checked:
            await session.put(ShippingPoint, ("code",), **_columns(point, is_active=is_active))
        _, count = await counts(session)
        if count > MOST_POINTS:
            raise BadInput(
                field=("document",),
                problem=Say(
                    f"A shop has {MOST_POINTS} pickup points at most.",
                    it=f"Un negozio ha al massimo {MOST_POINTS} punti di ritiro.",
                ),
            )
        await _audit(ctx, session, checked)


def checked_point(point: PickupPoint) -> PickupPoint:
    """The point as it is kept. Raises BadInput."""
    if not _CODE.fullmatch(point.id):
        raise BadInput(
            field=("code",),
            problem=Say(
                "A code has up to 40 letters, digits, dashes and underscores.",
                it="Un codice ha al massimo 40 lettere, cifre, trattini e trattini bassi.",
            ),
        )
    written = point.address
    lines = {
        name: texts.line(getattr(written, name) or "", field=(name,), required=name in ("address1", "city")) or None
        for name in ("address1", "address2", "zip", "city", "province", "country", "phone")
    }
    if not re.fullmatch("[A-Z]{2}", lines["country"] or ""):
        raise BadInput(
            field=("country",),
            problem=Say(
                "A country is a code of two letters, such as IT.", it="Un paese è un codice di due lettere, come IT."
            ),
        )
    is_known = point.latitude is not None and point.longitude is not None
    if is_known and not (abs(point.latitude or 0) <= 90 * MILLION and abs(point.longitude or 0) <= 180 * MILLION):
        raise BadInput(
            field=("latitude",),
            problem=Say("These coordinates are not on the earth.", it="Queste coordinate non sono sulla terra."),
        )
    return PickupPoint(
        id=point.id,
        name=texts.line(point.name, field=("name",), limit=120, required=True),
        address=Address(**lines),
        hours=checked_hours(point.hours),
        latitude=point.latitude if is_known else None,
        longitude=point.longitude if is_known else None,
    )


def degrees(written: str, field: str) -> int | None:
    """45.4642 or 45,4642 as millionths. Raises BadInput."""
    text = written.strip().replace(",", ".")
    if not text:
        return None
    try:
        number = Decimal(text)
    except InvalidOperation:
        raise BadInput(
            field=(field,),
            problem=Say(
                "Degrees are a decimal number, such as 45.4642.", it="I gradi sono un numero decimale, come 45.4642."
            ),
        ) from None
    if not number.is_finite() or abs(number) > 180:
        raise BadInput(
            field=(field,),
            problem=Say("These coordinates are not on the earth.", it="Queste coordinate non sono sulla terra."),
        )
    return round(number * MILLION)


def _read(document: str) -> Iterator[PickupPoint]:
    text = document.lstrip("\ufeff").strip()
    header = text.partition("\n")[0]
    separator = max(",;\t", key=header.count)
    rows = csv.DictReader(io.StringIO(text), delimiter=separator, skipinitialspace=True, strict=True)
    missing = [name for name in ("code", "name", "address1", "city", "country") if name not in (rows.fieldnames or ())]
    if missing:
        raise BadInput(
            field=("document",),
            problem=Say(
                f"The first line does not name {', '.join(missing)}.",
                it=f"La prima riga non nomina {', '.join(missing)}.",
            ),
        )
    try:
        for number, row in enumerate(rows, 2):
            if number > MOST_POINTS + 1:
                raise BadInput(
                    field=("document",),
                    problem=Say(
                        f"A shop has {MOST_POINTS} pickup points at most.",
                        it=f"Un negozio ha al massimo {MOST_POINTS} punti di ritiro.",
                    ),
                )
            yield _of_row(number, row)
    except csv.Error as error:
        raise BadInput(
            field=("document",),
            problem=Say(
                f"Line {rows.line_num} cannot be read: {error}.",
                it=f"La riga {rows.line_num} non si può leggere: {error}.",
            ),
        ) from None


def _of_row(number: int, row: Mapping[str, Any]) -> PickupPoint:
    def cell(name: str) -> str:
        value = row.get(name)
        return value.strip() if isinstance(value, str) else ""

    try:
        parts = {name: cell(name) or None for name in ("address1", "zip", "city", "province")}
        return checked_point(
            PickupPoint(
                id=cell("code"),
                name=cell("name"),
                address=Address(**parts, country=cell("country").upper()),
                hours=read_hours(cell("hours")),
                latitude=degrees(cell("latitude"), "latitude"),
                longitude=degrees(cell("longitude"), "longitude"),
            )
        )
    except BadInput as refusal:
        raise BadInput(
            field=("document",),
            problem=Say(f"Line {number}: {refusal.message}", it=f"Riga {number}: {said(refused(refusal), 'it')}"),
        ) from None


def _columns(point: PickupPoint, *, is_active: bool) -> dict[str, Any]:
    fields = {name: value for name, value in msgspec.to_builtins(point).items() if name not in ("id", "distance")}
    said = " ".join(part for part in (point.id, point.name, point.address.zip, point.address.city) if part)
    return {"code": point.id, "said": said.casefold(), "place": fields, "is_active": is_active}


async def _audit(ctx: Context, session: Session, points: list[PickupPoint]) -> None:
    subject = f"shipping_point:{points[0].id}" if len(points) == 1 else "shipping_points"
    await audited(ctx, session, "shipping_point.kept", subject, after={"codes": [point.id for point in points[:100]]})


_DELETE = delete(ShippingPoint).where(ShippingPoint.code == bindparam("code_"))
