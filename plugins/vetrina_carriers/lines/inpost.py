"""InPost Italia by its ShipX interface.

As InPost publishes it: https://developers.inpost.it for Italy (environments, points, the organisation's id and token)
and «API ShipX International Documentation» 1.23.0 at https://dokumentacja-inpost.atlassian.net, of which only what is
marked as available in IT is used: creating a shipment in the simplified mode, its label, search, cancellation while it
is not confirmed, tracking and points. Prices are told for Poland alone; the contract's stand with the account.
"""

import asyncio
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, cast
from urllib.parse import quote, urlencode

import msgspec

from vetrina.kernel.errors import Unavailable
from vetrina.kernel.money import decimal_text
from vetrina.kernel.outgoing import ForbiddenAddress
from vetrina.plugin import Context
from vetrina.ports import (
    CarrierRate,
    CarrierRefused,
    Label,
    PickupPoint,
    RateRequest,
    ShipmentRequest,
    Tracking,
)
from vetrina.vocabulary import Address
from vetrina_carriers.kinds import CarrierWhyNot
from vetrina_carriers.lines import PATIENCE, Account
from vetrina_carriers.lines.library_calls import why_of
from vetrina_carriers.prices import contract_price, sized, wanted
from vetrina_carriers.statuses import INPOST, in_order, told

LIVE, TEST = "https://api-shipx-it.easypack24.net", "https://stage-api-shipx-it.easypack24.net"
PAUSES = (0.3, 0.5, 1.0, 1.5, 2.0, 2.0, 2.0)
"""Seconds between looks at a new shipment: InPost prepares and confirms it after it has answered."""
NOT_BOUGHT = ("created", "offers_prepared", "offer_selected")
LARGEST = 4 * 1024 * 1024
MOST_PAGES = 5
PAGE = "https://inpost.it/trova-il-tuo-pacco?number={}"
Thing = Mapping[str, Any]


class InPostLine:
    """Keeps nothing. A shipment carries our key in its reference, by which it is found again."""

    def __init__(self, account: Account) -> None:
        self._account = account
        self._home = LIVE if account.is_live else TEST
        self._shelf = f"/v1/organizations/{quote(account.number, safe='')}"

    async def attempt(self, ctx: Context) -> None:
        """Look at the organisation."""
        await self._ask(ctx, "GET", self._shelf)

    async def rates(self, ctx: Context, request: RateRequest) -> tuple[CarrierRate, ...]:
        """The contract's prices within Italy; nobody is asked."""
        if request.destination.country != "IT":
            return ()
        found = list[CarrierRate]()
        for each in wanted(self._account.services, request.services):
            amount = contract_price(each, request.parcels)
            if amount is not None:
                title = each.it if request.language == "it" else each.en
                found.append(
                    CarrierRate(service=each.code, title=title, amount=amount, currency=self._account.currency)
                )
        return tuple(found)

    async def buy(self, ctx: Context, request: ShipmentRequest, insured: int | None = None) -> Label:
        """Create, wait until it is confirmed, fetch what is printed."""
        body = self._shipment(request, insured)
        made = await self._ask(ctx, "POST", f"{self._shelf}/shipments", body)
        return await self._confirmed(ctx, made, request)

    async def find(self, ctx: Context, request: ShipmentRequest) -> Label | None:
        """The shipment with our reference, confirmed by now, among those made since the day before."""
        since = (request.at - timedelta(days=1)).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        for page in range(1, MOST_PAGES + 1):
            query = urlencode({"created_at_gteq": since, "page": page, "per_page": 100})
            found = await self._ask(ctx, "GET", f"{self._shelf}/shipments?{query}")
            items = _things(found.get("items"))
            known = next((item for item in items if item.get("reference") == _reference(request)), None)
            if known is not None:
                return await self._confirmed(ctx, known, request)
            if len(items) < 100:
                return None
        raise Unavailable("InPost has more shipments than can be looked through")

    async def cancel(self, ctx: Context, reference: str) -> None:
        """Only what is not confirmed can be cancelled; what is, and was not handed over, is thrown away."""
        path = f"/v1/shipments/{quote(reference, safe='')}"
        try:
            await self._ask(ctx, "DELETE", path)
        except CarrierRefused as refused:
            if refused.why == "UNKNOWN_SHIPMENT":
                raise
            status = (await self._ask(ctx, "GET", path)).get("status")
            if status not in ("confirmed", "canceled"):
                raise CarrierRefused("ALREADY_SENT", f"InPost has it already: {status}.") from None

    async def track(self, ctx: Context, numbers: tuple[str, ...]) -> tuple[Tracking, ...]:
        """One by one, as the interface has it; what nobody knows is left out."""
        found = list[Tracking]()
        for number in numbers:
            try:
                said = await self._ask(ctx, "GET", f"/v1/tracking/{quote(number, safe='')}")
            except CarrierRefused as refused:
                if refused.why == "UNKNOWN_SHIPMENT":
                    continue
                raise
            details = _things(said.get("tracking_details"))
            events = (
                told(number, INPOST.get(status, "in_transit"), status.replace("_", " ")[:300], at, code=status,
                     place=str(detail.get("agency") or "")[:200])
                for detail in details
                if (status := str(detail.get("status") or "")) and (at := _moment(detail.get("datetime"))) is not None
            )  # fmt: skip
            found.append(Tracking(tracking_number=number, events=in_order(events)))
        return tuple(found)

    async def points(self, ctx: Context, near: Address, limit: int) -> tuple[PickupPoint, ...]:
        """Lockers and shops that hand parcels out and work today, nearest first."""
        if near.country != "IT" or not near.zip:
            return ()
        query = urlencode({"relative_post_code": near.zip, "functions": "parcel_collect", "per_page": min(limit, 100)})
        found = await self._ask(ctx, "GET", f"/v1/points?{query}")
        points = [point for item in _things(found.get("items")) if (point := _point(item)) is not None]
        points.sort(key=lambda point: (point.distance is None, point.distance or 0, point.id))
        return tuple({point.id: point for point in points}.values())[:limit]

    async def _confirmed(self, ctx: Context, made: Thing, request: ShipmentRequest) -> Label:
        """Wait for it, then fetch its label. Raises Unavailable while it is not confirmed, CarrierRefused if never."""
        key = str(made.get("id") or "")
        for pause in (*PAUSES, None):
            number, status = made.get("tracking_number"), made.get("status")
            if number and status not in NOT_BOUGHT:
                break
            _refuse_offers(made)
            if pause is None:
                raise Unavailable("InPost has not confirmed the shipment yet")
            await asyncio.sleep(pause)
            made = await self._ask(ctx, "GET", f"/v1/shipments/{quote(key, safe='')}")
        form = "Zpl" if request.label_format == "zpl" else "Pdf"
        document = await self._call(ctx, "GET", f"/v1/shipments/{quote(key, safe='')}/label?format={form}&type=A6")
        number = str(made["tracking_number"])
        return Label(
            reference=key, tracking_number=number, tracking_url=PAGE.format(quote(number, safe="")),
            document=document, format=request.label_format,
        )  # fmt: skip

    def _shipment(self, request: ShipmentRequest, insured: int | None) -> Thing:
        """What InPost is told. Raises CarrierRefused for what it would refuse."""
        receiver = _peer(request.destination, request.email)
        attributes: dict[str, Any] = {}
        if request.service in self._account.kind.needs_point:
            if not (request.pickup_point_id and request.email and request.destination.phone):
                said = "A locker needs the point, the recipient's e-mail and phone."
                raise CarrierRefused("ADDRESS", said, field=("destination", "phone"))
            attributes["target_point"] = request.pickup_point_id
        parcels = [
            {
                "dimensions": {"length": str(parcel.length), "width": str(parcel.width), "height": str(parcel.height),
                               "unit": "mm"},
                "weight": {"amount": decimal_text(parcel.weight, "KWD"), "unit": "kg"},
            }
            for parcel in sized(request.parcels, self._account.parcel)
        ]  # fmt: skip
        told_value = (
            {"amount": decimal_text(insured, request.currency), "currency": request.currency} if insured else {}
        )
        return {
            "receiver": receiver, "sender": _peer(request.origin, None), "parcels": parcels,
            "service": request.service, "reference": _reference(request),
            **({"custom_attributes": attributes} if attributes else {}),
            **({"insurance": told_value} if told_value else {}),
        }  # fmt: skip

    async def _ask(self, ctx: Context, method: str, path: str, body: Thing | None = None) -> Thing:
        content = await self._call(ctx, method, path, body)
        if not content:
            return {}
        try:
            said: Any = msgspec.json.decode(content)
        except msgspec.DecodeError:
            raise Unavailable("InPost's answer makes no sense") from None
        if not isinstance(said, dict):
            raise Unavailable("InPost's answer makes no sense")
        return cast(Thing, said)

    async def _call(self, ctx: Context, method: str, path: str, body: Thing | None = None) -> bytes:
        """One call; the bytes of a good answer. Raises CarrierRefused for 4xx, Unavailable for all else."""
        headers = {"authorization": f"Bearer {self._account.secrets.get('token', '')}", "accept-language": "en_GB"}
        content = None
        if body is not None:
            headers["content-type"], content = "application/json", msgspec.json.encode(body)
        try:
            reply = await ctx.shop.outgoing.call(
                method, self._home + path, deadline=PATIENCE, headers=headers, content=content, largest=LARGEST
            )
        except ForbiddenAddress as forbidden:
            raise Unavailable(str(forbidden)) from None
        if 200 <= reply.status < 300:
            return reply.body
        if not 400 <= reply.status < 500 or reply.status == 429:
            raise Unavailable(f"InPost answers {reply.status}")
        raise _refusal(reply.status, reply.body)


def _refusal(status: int, body: bytes) -> CarrierRefused:
    """What a 4xx means: an object with error, message and details, or anything."""
    try:
        said: Any = msgspec.json.decode(body)
    except msgspec.DecodeError:
        said = None
    known: Thing = cast(Thing, said) if isinstance(said, dict) else {}
    error, details = str(known.get("error") or ""), known.get("details")
    text = " ".join(str(part) for part in (known.get("message") or error, details or "") if part)[:500]
    why: CarrierWhyNot = "UNKNOWN_SHIPMENT" if status == 404 else why_of(status, f"{error} {details or ''}")
    return CarrierRefused(why, text or f"HTTP {status}")


def _refuse_offers(made: Thing) -> None:
    """Raises CarrierRefused where InPost offers the service to nobody here."""
    offers = _things(made.get("offers"))
    if made.get("status") == "canceled":
        raise CarrierRefused("SERVICE", "InPost has cancelled the shipment.")
    if offers and all(offer.get("status") == "unavailable" for offer in offers):
        raise CarrierRefused("SERVICE", str(offers[0].get("unavailability_reasons") or "unavailable")[:300])


def _reference(request: ShipmentRequest) -> str:
    """What people know it by, and our key: together at most 100 characters."""
    return f"{request.reference[:34]} {request.key[:64]}".strip()


def _peer(address: Address, email: str | None) -> Thing:
    street, _, number = (address.address1 or "").rpartition(" ")
    has_number = bool(street) and any(sign.isdigit() for sign in number)
    there: dict[str, Any] = {
        "street": street if has_number else address.address1, "building_number": number if has_number else "SNC",
        "city": address.city, "post_code": address.zip, "country_code": address.country,
    }  # fmt: skip
    known = {
        "first_name": address.first_name, "last_name": address.last_name, "company_name": address.company,
        "email": email, "phone": address.phone, "address": there,
    }  # fmt: skip
    return {name: value for name, value in known.items() if value}


def _point(item: Thing) -> PickupPoint | None:
    name, there = str(item.get("name") or ""), item.get("address_details")
    if not name or not isinstance(there, dict) or item.get("status") not in (None, "Operating"):
        return None
    known, place = cast(Thing, there), item.get("location")
    spot: Thing = cast(Thing, place) if isinstance(place, dict) else {}
    line = " ".join(str(part) for part in (known.get("street"), known.get("building_number")) if part)
    return PickupPoint(
        id=name, name=f"InPost {name}",
        address=Address(
            address1=line[:200] or None, city=str(known.get("city") or "")[:100] or None, country="IT",
            zip=str(known.get("post_code") or "").zfill(5) if known.get("post_code") else None,
            province=str(known.get("province") or "")[:2] or None,
            address2=str(item.get("location_description") or "")[:200] or None,
        ),
        latitude=_millionths(spot.get("latitude")), longitude=_millionths(spot.get("longitude")),
        distance=round(item["distance"]) if isinstance(item.get("distance"), int | float) else None,
    )  # fmt: skip


def _millionths(degrees: object) -> int | None:
    return round(degrees * 1_000_000) if isinstance(degrees, int | float) else None


def _things(given: object) -> list[Thing]:
    """A list of objects; what is none is left out."""
    if not isinstance(given, list):
        return []
    return [cast(Thing, each) for each in cast(list[Any], given) if isinstance(each, dict)]


def _moment(given: object) -> datetime | None:
    try:
        at = datetime.fromisoformat(str(given).replace("Z", "+00:00"))
    except ValueError:
        return None
    return at if at.tzinfo is not None else at.replace(tzinfo=UTC)
