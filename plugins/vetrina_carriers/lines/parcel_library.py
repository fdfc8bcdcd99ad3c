"""DHL Express and UPS by the carrier library: what it is asked, and what its answers mean."""

import base64
import binascii
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any, cast

from vetrina.kernel.errors import BadInput, Unavailable
from vetrina.kernel.money import decimal_text, from_decimal
from vetrina.plugin import Context
from vetrina.ports import (
    CarrierRate,
    CarrierRefused,
    Label,
    Parcel,
    ParcelStatus,
    PickupPoint,
    RateRequest,
    ShipmentRequest,
    Tracking,
    TrackingEvent,
)
from vetrina.vocabulary import Address
from vetrina_carriers.kinds import CarrierWhyNot
from vetrina_carriers.lines import PATIENCE, Account, NotBought
from vetrina_carriers.lines.library_calls import in_library, models, why_of
from vetrina_carriers.prices import sized, wanted
from vetrina_carriers.statuses import DHL_CODES, KARRIO, in_order, told

GATEWAYS = {"dhl": "mydhl", "ups": "ups"}
MOST_AT_ONCE = 10
"""Numbers asked about in one exchange."""
_PAGES = {
    "dhl": "https://www.dhl.com/it-it/home/tracking.html?tracking-id={}",
    "ups": "https://www.ups.com/track?tracknum={}",
}
_UNKNOWN = ("404", "150022", "190117", "151018")
"""DHL's status, and UPS's codes, for numbers that do not exist."""
_USED = ("190102", "190103", "190104")
"""UPS's codes for shipments that cannot be voided any more."""


class LibraryLine:
    """Keeps nothing. DHL has no way to give a label back, and bills what it scans: unused, it is thrown away."""

    def __init__(self, account: Account) -> None:
        self._account = account
        self._is_dhl = account.carrier == "dhl"

    async def attempt(self, ctx: Context) -> None:
        """UPS is asked for a token; DHL for a price, and any answer but a refusal of the account will do."""
        if not self._is_dhl:
            await self._ask(ctx, _token)
            return
        milan = Address(address1="Via Dante 1", city="Milano", zip="20121", country="IT")
        paris = Address(address1="Rue de Rivoli 1", city="Paris", zip="75001", country="FR")
        question = RateRequest(origin=milan, destination=paris, parcels=(Parcel(weight=1_000),),
                               currency=self._account.currency, value=1_000, at=ctx.now())  # fmt: skip
        try:
            await self.rates(ctx, question)
        except CarrierRefused as refused:
            if refused.why == "ACCOUNT":
                raise

    async def rates(self, ctx: Context, request: RateRequest) -> tuple[CarrierRate, ...]:
        """What the services of the account ask; a service that is not offered is left out."""
        offered = {each.code: each for each in wanted(self._account.services, request.services)}

        def ask(gateway: Any) -> Any:
            asked = models().RateRequest(
                shipper=_place(request.origin), recipient=_place(request.destination), services=[],
                parcels=self._parcels(request.parcels), reference="rates",
                options={"currency": request.currency, "shipment_date": _day(request.at)},
            )  # fmt: skip
            serialized = gateway.mapper.create_rate_request(asked)
            return gateway.mapper.parse_rate_response(gateway.proxy.get_rates(serialized))

        found, messages = await self._ask(ctx, ask)
        if not found:
            _refuse_for(messages)
        rates = dict[str, CarrierRate]()
        for rate in found:
            service = offered.get(str(rate.service))
            amount = _minor(rate.total_charge, rate.currency)
            if service is None or amount is None or service.code in rates:
                continue
            first, last = _arrival(request.at, rate.transit_days, _known(rate.meta).get("estimated_delivery"))
            rates[service.code] = CarrierRate(
                service=service.code, title=service.it if request.language == "it" else service.en,
                amount=amount, currency=str(rate.currency), arrives_from=first, arrives_to=last,
            )  # fmt: skip
        return tuple(rates.values())

    async def buy(self, ctx: Context, request: ShipmentRequest, insured: int | None = None) -> Label:
        """Neither carrier knows keys of ours: nobody can ask what became of a lost answer, and it is never repeated."""
        if insured is not None:
            raise CarrierRefused("SERVICE", "Insurance cannot be bought here: ask for it at the carrier.")

        def ask(gateway: Any) -> Any:
            if not self._is_dhl:
                _let_in(gateway)
            asked = models().ShipmentRequest(
                service=request.service, shipper=_place(request.origin),
                recipient=_place(request.destination, request.email), parcels=self._parcels(request.parcels),
                options=_options(request), customs=_customs(request), reference=request.reference,
                label_type=request.label_format.upper(),
            )  # fmt: skip
            serialized = gateway.mapper.create_shipment_request(asked)
            return gateway.mapper.parse_shipment_response(gateway.proxy.create_shipment(serialized))

        bought, messages = await self._ask(ctx, ask)
        if bought is None or not bought.tracking_number:
            _refuse_for(messages)
            raise Unavailable("the carrier answers neither a label nor a refusal")
        rate = bought.selected_rate
        amount = _minor(rate.total_charge, rate.currency) if rate is not None else None
        number = str(bought.tracking_number)
        return Label(
            reference=str(bought.shipment_identifier or number), tracking_number=number,
            tracking_url=_PAGES[self._account.carrier].format(number),
            document=_document(bought.docs.label), format="zpl" if bought.label_type == "ZPL" else "pdf",
            amount=amount, currency=None if rate is None or amount is None else str(rate.currency),
        )  # fmt: skip

    async def find(self, ctx: Context, request: ShipmentRequest) -> Label | None:
        raise Unavailable("this carrier cannot be asked by a key")

    async def cancel(self, ctx: Context, reference: str) -> None:
        """UPS voids; at DHL a number that was scanned is refused, and one that was not costs nothing."""
        if self._is_dhl:
            # What was never scanned DHL may not know yet, though it sold it.
            if any(event.status != "announced" for one in await self.track(ctx, (reference,)) for event in one.events):
                raise CarrierRefused("ALREADY_SENT", "DHL has picked the parcel up.")
            return

        def ask(gateway: Any) -> Any:
            serialized = gateway.mapper.create_cancel_shipment_request(
                models().ShipmentCancelRequest(shipment_identifier=reference)
            )
            return gateway.mapper.parse_cancel_shipment_response(gateway.proxy.cancel_shipment(serialized))

        confirmed, messages = await self._ask(ctx, ask)
        if confirmed is None:
            _refuse_for(messages)
            raise Unavailable("the carrier does not say whether it took the label back")

    async def track(self, ctx: Context, numbers: tuple[str, ...]) -> tuple[Tracking, ...]:
        """What is known of each, asked in groups; a number that nobody knows is left out."""
        found = list[Tracking]()
        for first in range(0, len(numbers), MOST_AT_ONCE):
            found += await self._tracked(ctx, numbers[first : first + MOST_AT_ONCE])
        return tuple(found)

    async def points(self, ctx: Context, near: Address, limit: int) -> tuple[PickupPoint, ...]:
        """The library asks for none."""
        return ()

    async def _tracked(self, ctx: Context, numbers: Sequence[str]) -> list[Tracking]:
        def ask(gateway: Any) -> Any:
            asked = models().TrackingRequest(tracking_numbers=list(numbers))
            serialized = gateway.mapper.create_tracking_request(asked)
            return gateway.mapper.parse_tracking_response(gateway.proxy.get_tracking(serialized))

        details, messages = await self._ask(ctx, ask)
        if not details and not _is_unknown(messages):
            _refuse_for(messages)
        found = list[Tracking]()
        for detail in details:
            number = str(detail.tracking_number)
            if number not in numbers:
                continue
            events = in_order(event for each in _list(detail.events) if (event := self._event(number, each)))
            found.append(Tracking(tracking_number=number, events=events, expected_on=_date(detail.estimated_delivery)))
        return found

    def _event(self, number: str, event: Any) -> TrackingEvent | None:
        at = _moment(event)
        if at is None:
            return None
        code = str(event.code or "")
        status: ParcelStatus = KARRIO.get(str(event.status or ""), "in_transit")
        if self._is_dhl:
            status = DHL_CODES.get(code, status)
        text, place = str(event.description or "")[:300], str(event.location or "")[:200]
        return told(number, status, text, at, code=code, place=place)

    async def _ask(self, ctx: Context, question: Any) -> Any:
        """A question through the library's gateway for this account."""
        account = self._account
        named = GATEWAYS[account.carrier]

        def work(karrio: Any) -> Any:
            settings = {**account.secrets, "account_number": account.number, "test_mode": not account.is_live,
                        "carrier_id": account.carrier, "account_country_code": "IT"}  # fmt: skip
            return question(karrio.gateway[named].create(settings))

        return await in_library(ctx.shop.outgoing, PATIENCE, work)

    def _parcels(self, parcels: Sequence[Parcel]) -> list[Any]:
        return [
            models().Parcel(
                weight=parcel.weight / 1_000, weight_unit="KG", dimension_unit="CM",
                length=_cm(parcel.length), width=_cm(parcel.width), height=_cm(parcel.height),
            )
            for parcel in sized(parcels, self._account.parcel)
        ]  # fmt: skip


def _token(gateway: Any) -> Any:
    return gateway.proxy.authenticate()


def _let_in(gateway: Any) -> None:
    """Get UPS's token before anything is bought. Raises NotBought."""
    try:
        gateway.proxy.authenticate()
    except Unavailable as nothing:
        raise NotBought(str(nothing)) from nothing


def _place(address: Address, email: str | None = None) -> Any:
    name = " ".join(part for part in (address.first_name, address.last_name) if part)
    return models().Address(
        person_name=name or address.company, company_name=address.company, address_line1=address.address1 or "",
        address_line2=address.address2, city=address.city, postal_code=address.zip, state_code=address.province,
        country_code=address.country, phone_number=address.phone, email=email, residential=not address.company,
    )  # fmt: skip


def _options(request: ShipmentRequest) -> dict[str, Any]:
    return {
        "currency": request.currency,
        "shipment_date": _day(request.at),
        "declared_value": float(decimal_text(request.value, request.currency)),
    }


def _customs(request: ShipmentRequest) -> Any:
    """What customs want to know, where there are any; within the Union the library needs nothing."""
    if not request.contents or request.origin.country == request.destination.country:
        return None
    commodities = [
        models().Commodity(
            title=each.title, description=each.title, quantity=each.quantity, weight=each.weight / 1_000,
            weight_unit="KG", sku=each.sku, hs_code=each.hs_code, origin_country=each.origin_country,
            value_amount=float(decimal_text(each.value, request.currency)), value_currency=request.currency,
        )
        for each in request.contents
    ]  # fmt: skip
    return models().Customs(commodities=commodities, content_type="merchandise", invoice=request.reference)


def _refuse_for(messages: Sequence[Any]) -> None:
    """Raises CarrierRefused for what the carrier says, if it says anything; warnings are nothing said."""
    said = [message for message in messages or [] if getattr(message, "level", None) != "warning"]
    if not said:
        return
    text = "; ".join(str(message.message or message.code or "refused") for message in said)[:500]
    codes = {str(message.code) for message in said}
    why: CarrierWhyNot = "CONTENTS"
    if codes & set(_USED):
        why = "ALREADY_SENT"
    elif _is_unknown(said):
        why = "UNKNOWN_SHIPMENT"
    else:
        status = next((int(code) for code in codes if code in ("401", "403")), 400)
        why = why_of(status, text)
    raise CarrierRefused(why, text)


def _is_unknown(messages: Sequence[Any]) -> bool:
    return any(str(message.code) in _UNKNOWN or "no shipment" in str(message.message or "").casefold()
               for message in messages or [])  # fmt: skip


def _document(encoded: object) -> bytes:
    """Raises Unavailable for what is no document: it was bought all the same."""
    try:
        return base64.b64decode(str(encoded or ""), validate=True)
    except (binascii.Error, ValueError):
        raise Unavailable("the label cannot be read") from None


def _minor(amount: object, currency: object) -> int | None:
    if amount is None or not currency:
        return None
    try:
        return from_decimal(str(Decimal(str(amount)).normalize().__format__("f")), str(currency)).amount
    except (BadInput, InvalidOperation, ValueError):
        return None


def _list(given: object) -> list[Any]:
    return cast(list[Any], given) if isinstance(given, list) else []


def _known(meta: object) -> Mapping[str, Any]:
    return cast(Mapping[str, Any], meta) if isinstance(meta, dict) else {}


def _cm(millimetres: int | None) -> float | None:
    return None if millimetres is None else millimetres / 10


def _day(at: datetime) -> str:
    return at.date().isoformat()


def _date(given: object) -> date | None:
    try:
        return date.fromisoformat(str(given)[:10]) if given else None
    except ValueError:
        return None


def _arrival(at: datetime, days: object, estimated: object) -> tuple[date | None, date | None]:
    known = _date(estimated)
    if known is None and isinstance(days, int) and 0 < days < 60:
        known = at.date() + timedelta(days=days)
    return known, known


def _moment(event: Any) -> datetime | None:
    """When it happened; carriers write local times without a zone, which are read as UTC."""
    for given in (event.timestamp, f"{event.date}T{event.time or '00:00'}"):
        try:
            at = datetime.fromisoformat(str(given).replace("Z", "+00:00"))
        except ValueError:
            continue
        return at if at.tzinfo is not None else at.replace(tzinfo=UTC)
    return None
