"""Doubles of InPost's ShipX, of MyDHL and of UPS behind the shop's one way out; they misbehave when told to.

Their answers are written here in the shapes that each carrier documents; nothing in them was recorded.
"""

import asyncio
import base64
import io
import json
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs

import httpx
from msgspec.structs import replace
from pypdf import PdfWriter

from vetrina.kernel.context import Context
from vetrina.kernel.outgoing import Outgoing
from vetrina.ports import Parcel
from vetrina_carriers.flows.accounts import Sheet, create_account
from vetrina_carriers.kinds import KINDS, Offered

BEGAN = datetime(2026, 3, 14, 10, tzinfo=UTC)
GIF = base64.b64encode(
    b"GIF89a\x01\x00\x01\x00\x80\x00\x00\x00\x00\x00\xff\xff\xff!\xf9\x04\x00\x00\x00\x00\x00,"
    b"\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02\x02D\x01\x00;"
).decode()
SECRETS = {
    "dhl": {"username": "apiUser", "password": "s3cret-dhl"},
    "ups": {"client_id": "client", "client_secret": "s3cret-ups"},
    "inpost": {"token": "s3cret-inpost"},
    "practice": {},
}
STEPS = {
    "dhl": (("SD", "Shipment information received"), ("PU", "Shipment picked up"), ("WC", "With delivery courier"),
            ("OK", "Delivered")),
    "ups": (("M", "Shipper created a label"), ("I", "Departed from facility"), ("I", "Arrived at facility"),
            ("D", "Delivered")),
    "inpost": (("confirmed", ""), ("collected_from_sender", ""), ("out_for_delivery", ""), ("delivered", "")),
}  # fmt: skip


def pdf() -> bytes:
    """A page."""
    writer, out = PdfWriter(), io.BytesIO()
    writer.add_blank_page(width=100, height=150)
    writer.write(out)
    return out.getvalue()


PAGE = pdf()


class World:
    """All three carriers. `faults` are answered first, one by one; `lost` answers are lost after the deed."""

    def __init__(self) -> None:
        self.asked: list[httpx.Request] = []
        self.faults: list[httpx.Response | Exception] = []
        self.lost = 0
        self.hangs = False
        self.sold: dict[str, dict[str, Any]] = {}
        """By number: carrier, reference, whether it was voided, how far it has come."""
        self.shuffled = False

    @property
    def bought(self) -> Counter[str]:
        return Counter(sale["carrier"] for sale in self.sold.values())

    def behind(self, ctx: Context) -> Context:
        """The same shop, calling nobody else."""
        outgoing = Outgoing(resolve=_somewhere, transport=httpx.MockTransport(self))
        return replace(ctx, shop=replace(ctx.shop, outgoing=outgoing))

    def step(self, number: str) -> None:
        """The next thing happens to a parcel."""
        self.sold[number]["step"] = min(self.sold[number]["step"] + 1, 3)

    async def __call__(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request)
        if self.hangs:
            await asyncio.sleep(0.3)
            raise httpx.ReadTimeout("nobody")
        if self.faults:
            fault = self.faults.pop(0)
            if isinstance(fault, Exception):
                raise fault
            return fault
        answer = self._answer(request)
        if self.lost and request.method == "POST" and answer.status_code < 300 and "token" not in request.url.path:
            self.lost -= 1
            raise httpx.ReadError("cut")
        return answer

    def _answer(self, request: httpx.Request) -> httpx.Response:
        host = request.headers["host"]
        body: dict[str, Any] = json.loads(request.content) if request.content[:1] == b"{" else {}
        if host.endswith("easypack24.net"):
            return self._inpost(request, body)
        if host == "express.api.dhl.com":
            return self._dhl(request, body)
        assert host.endswith("ups.com"), host
        return self._ups(request, body)

    def _sell(self, carrier: str, number: str, **more: Any) -> dict[str, Any]:
        self.sold[number] = {"carrier": carrier, "step": 0, "voided": False, **more}
        return self.sold[number]

    # --- InPost ---

    def _inpost(self, request: httpx.Request, body: dict[str, Any]) -> httpx.Response:
        path, said = request.url.path, parse_qs(request.url.query.decode())
        if path == "/v1/points":
            return httpx.Response(
                200, json={"count": 2, "page": 1, "items": [point("ITROM2", 900), point("ITROM1", 120)]}
            )
        if path.startswith("/v1/tracking/"):
            return self._inpost_tracking(path.rpartition("/")[2])
        if request.headers.get("authorization") != "Bearer s3cret-inpost":
            return httpx.Response(401, json={"status": 401, "error": "token_invalid", "message": "Token is invalid."})
        if path == "/v1/organizations/77":
            return httpx.Response(200, json={"id": 77, "name": "Bottega"})
        if path == "/v1/organizations/77/shipments":
            if request.method == "POST":
                return self._inpost_create(body)
            assert "created_at_gteq" in said
            items = [shipment(number, sale) for number, sale in self.sold.items() if sale["carrier"] == "inpost"]
            return httpx.Response(200, json={"count": len(items), "page": 1, "items": items})
        return self._inpost_one(request, path.split("/")[3])

    def _inpost_create(self, body: dict[str, Any]) -> httpx.Response:
        if not body["receiver"]["address"].get("post_code"):
            details = {"receiver": [{"address": [{"post_code": ["required"]}]}]}
            return httpx.Response(400, json={"status": 400, "error": "validation_failed", "details": details})
        number = f"6200000000{len(self.sold) + 1:014}"
        sale = self._sell("inpost", number, reference=body["reference"], id=len(self.sold) + 1, looks=0, body=body)
        return httpx.Response(201, json=shipment(number, sale))

    def _inpost_one(self, request: httpx.Request, key: str) -> httpx.Response:
        found = next((each for each in self.sold.items() if str(each[1].get("id")) == key), None)
        if found is None:
            return httpx.Response(
                404, json={"status": 404, "error": "resource_not_found", "message": "No.", "details": {}}
            )
        number, sale = found
        if request.url.path.endswith("/label"):
            wanted = request.url.params["format"]
            return httpx.Response(200, content=b"^XA^FDlabel^FS^XZ" if wanted == "Zpl" else PAGE)
        if request.method == "DELETE":
            error = {"status": 400, "error": "invalid_action", "message": "Action (cancel) can not be taken."}
            return httpx.Response(400, json=error)
        sale["looks"] += 1
        return httpx.Response(200, json=shipment(number, sale))

    def _inpost_tracking(self, number: str) -> httpx.Response:
        if number not in self.sold:
            return httpx.Response(404, json={"status": 404, "error": "resource_not_found"})
        steps = STEPS["inpost"][: self.sold[number]["step"] + 1]
        details = [{"status": code, "origin_status": None, "agency": "ROM", "datetime": at(index).isoformat()}
                   for index, (code, _) in enumerate(steps)]  # fmt: skip
        return httpx.Response(200, json={"tracking_number": number, "tracking_details": self._mixed(details)})

    # --- DHL ---

    def _dhl(self, request: httpx.Request, body: dict[str, Any]) -> httpx.Response:
        token = base64.b64encode(b"apiUser:s3cret-dhl").decode()
        if request.headers.get("authorization") != f"Basic {token}":
            return httpx.Response(401, json={"status": 401, "title": "Unauthorized", "detail": "Invalid Credentials"})
        if request.url.path.endswith("/rates"):
            return httpx.Response(
                200, json={"products": [product("N", 1250, 1), product("P", 4510, 2), product("ZZ", 1, 1)]}
            )
        if request.url.path.endswith("/shipments"):
            number = f"12345{len(self.sold):05}"
            self._sell("dhl", number, body=body)
            charge = {"currencyType": "BILLC", "priceCurrency": "EUR", "price": 12.5}
            form = body["outputImageProperties"]["encodingFormat"]
            content = b"^XA^FDdhl^FS^XZ" if form == "zpl" else PAGE
            document = {"imageFormat": form.upper(), "content": base64.b64encode(content).decode(), "typeCode": "label"}
            return httpx.Response(201, json={"shipmentTrackingNumber": number, "documents": [document],
                                             "shipmentCharges": [charge], "packages": []})  # fmt: skip
        assert request.url.path.endswith("/tracking"), request.url
        numbers = request.url.params.get_list("shipmentTrackingNumber")
        known = [self._dhl_tracking(number) for number in numbers if number in self.sold]
        if not known:
            return httpx.Response(404, json={"status": 404, "title": "No result found", "detail": "No data found"})
        return httpx.Response(200, json={"shipments": known})

    def _dhl_tracking(self, number: str) -> dict[str, Any]:
        events = [
            {"date": at(index).date().isoformat(), "time": at(index).time().isoformat(), "typeCode": code,
             "description": text, "serviceArea": [{"code": "MIL", "description": "Milano-IT"}]}
            for index, (code, text) in enumerate(STEPS["dhl"][: self.sold[number]["step"] + 1])
        ]  # fmt: skip
        return {
            "shipmentTrackingNumber": number,
            "status": "Success",
            "productCode": "N",
            "events": self._mixed(events),
        }

    # --- UPS ---

    def _ups(self, request: httpx.Request, body: dict[str, Any]) -> httpx.Response:
        path = request.url.path
        if path.endswith("/oauth/token"):
            if request.headers["authorization"] != "Basic " + base64.b64encode(b"client:s3cret-ups").decode():
                return refused(401, "10401", "ClientId is Invalid")
            issued = str(int(datetime.now(UTC).timestamp() * 1_000))
            return httpx.Response(200, json={"access_token": "bearer", "issued_at": issued, "expires_in": "14399"})
        assert request.headers["authorization"] == "Bearer bearer"
        if "/rating/" in path:
            return httpx.Response(
                200, json={"RateResponse": {"RatedShipment": [rated("11", "9.80"), rated("65", "21.40")]}}
            )
        if path.endswith("/ship"):
            number = f"1Z999AA1{len(self.sold):010}"
            self._sell("ups", number, body=body)
            form = body["ShipmentRequest"]["LabelSpecification"]["LabelImageFormat"]["Code"]
            image = base64.b64encode(b"^XA^FDups^FS^XZ").decode() if form == "ZPL" else GIF
            label = {"ImageFormat": {"Code": "ZPL" if form == "ZPL" else "GIF"}, "GraphicImage": image}
            results = {"ShipmentIdentificationNumber": number,
                       "PackageResults": [{"TrackingNumber": number, "ShippingLabel": label}]}  # fmt: skip
            return httpx.Response(200, json={"ShipmentResponse": {"ShipmentResults": results}})
        number = path.rpartition("/")[2]
        if "/void/" in path:
            if self.sold[number]["step"]:
                return refused(400, "190102", "No shipment found within the allowed void period")
            self.sold[number]["voided"] = True
            status = {"Response": {"ResponseStatus": {"Code": "1", "Description": "Success"}}}
            return httpx.Response(200, json={"VoidShipmentResponse": status})
        return self._ups_tracking(number)

    def _ups_tracking(self, number: str) -> httpx.Response:
        if number not in self.sold:
            return refused(404, "TV1002", "No tracking information available: no shipment found")
        activity = [
            {"date": at(index).strftime("%Y%m%d"), "time": at(index).strftime("%H%M%S"),
             "location": {"address": {"city": "Milano", "country": "IT"}},
             "status": {"type": code, "code": code, "description": text}}
            for index, (code, text) in enumerate(STEPS["ups"][: self.sold[number]["step"] + 1])
        ]  # fmt: skip
        package = {"trackingNumber": number, "deliveryDate": [], "activity": self._mixed(activity)}
        return httpx.Response(200, json={"trackResponse": {"shipment": [{"package": [package]}]}})

    def _mixed(self, events: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """The latest first, as carriers do; shuffled and doubled where the test says so."""
        return [*events, *events] if self.shuffled else events[::-1]


async def _somewhere(host: str, port: int) -> list[str]:
    return ["93.184.215.14"]


def at(index: int) -> datetime:
    return BEGAN + timedelta(hours=7 * index)


def shipment(number: str, sale: dict[str, Any]) -> dict[str, Any]:
    """InPost's: it has its number and is confirmed from the second look on."""
    is_ready = sale["looks"] > 0
    statuses = ("confirmed", "collected_from_sender", "out_for_delivery", "delivered")
    status = statuses[int(sale["step"])]
    return {"id": sale["id"], "status": status if is_ready else "created", "reference": sale["reference"], "offers": [],
            "tracking_number": number if is_ready else None}  # fmt: skip


def point(name: str, metres: int) -> dict[str, Any]:
    return {"name": name, "type": ["parcel_locker"], "status": "Operating", "distance": metres,
            "location": {"longitude": 12.49, "latitude": 41.9}, "location_description": "Bar",
            "address_details": {"city": "Roma", "province": "RM", "post_code": 184, "street": "Via Nazionale",
                                "building_number": "5"}}  # fmt: skip


def product(code: str, cents: int, days: int) -> dict[str, Any]:
    return {
        "productCode": code,
        "productName": f"EXPRESS {code}",
        "totalPrice": [{"currencyType": "BILLC", "priceCurrency": "EUR", "price": cents / 100}],
        "deliveryCapabilities": {"totalTransitDays": days, "estimatedDeliveryDateAndTime": "2026-11-25T12:00:00"},
    }


def rated(code: str, price: str) -> dict[str, Any]:
    money = {"CurrencyCode": "EUR", "MonetaryValue": price}
    nothing = {"CurrencyCode": "EUR", "MonetaryValue": "0.00"}
    return {"Service": {"Code": code}, "TransportationCharges": money, "BaseServiceCharge": money,
            "ServiceOptionsCharges": nothing, "TotalCharges": money, "ItemizedCharges": [],
            "TimeInTransit": {"ServiceSummary": {"EstimatedArrival": {"BusinessDaysInTransit": "2"}}}}  # fmt: skip


def refused(status: int, code: str, message: str) -> httpx.Response:
    return httpx.Response(status, json={"response": {"errors": [{"code": code, "message": message}]}})


async def account(ctx: Context, carrier: str, **more: Any) -> int:
    """An account that its double accepts."""
    prices = () if KINDS[carrier].quotes else ((2_000, 590), (10_000, 890))
    services = tuple(Offered(code=each.code, en=each.en, it=each.it, prices=prices) for each in KINDS[carrier].services)
    usual = Parcel(weight=1_000, length=300, width=200, height=150)
    sheet = Sheet(name=more.pop("name", f"My {carrier}"), number="77", secrets=SECRETS[carrier], parcel=usual,
                  services=services)  # fmt: skip
    return await create_account(ctx, carrier, replace(sheet, **more))
