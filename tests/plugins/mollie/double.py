"""A double of Mollie's API that keeps books: payments, captures, refunds, chargebacks, settlements; faults to order."""

import itertools
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qs

import httpx
import msgspec
from tests.support.shops import StillClock

Thing = dict[str, Any]
HOLDS = ("creditcard", "klarna")
CANCELABLE = ("ideal", "bancontact", "satispay")


class Money(msgspec.Struct):
    """A payment as Mollie keeps it; amounts as Decimals of its currency."""

    id: str
    body: Thing
    created_at: datetime
    status: str = "open"
    captured: Decimal | None = None
    captures: list[Thing] = []
    refunds: list[Thing] = []
    chargebacks: list[Thing] = []
    failure: str | None = None


class MollieDouble:
    """Idempotent by its keys for an hour. `outgoing` holds the bodies of webhooks, which nobody signs."""

    def __init__(self, clock: StillClock) -> None:
        self.clock = clock
        self.key = "test_double"
        self.payments: dict[str, Money] = {}
        self.outgoing: list[bytes] = []
        self.calls: list[str] = []
        self.settlements: list[Thing] = []
        self.settles_in: tuple[str, Decimal] = ("EUR", Decimal(1))
        """What the account is paid out in, and how much of it one of the buyers' currency is."""
        self.settled: dict[str, dict[str, list[Thing]]] = {}
        self.methods = {"creditcard": ("0.01", "10000.00"), "ideal": ("0.01", "50000.00"), "klarna": ("1.00", "400.00")}
        self.pays_at_once = False
        self.mode = "test"
        self._faults: list[list[Any]] = []
        self._kept: dict[str, tuple[bytes, datetime, tuple[int, Thing]]] = {}
        self._ids = itertools.count(1)

    def fault(self, kind: str, where: str, times: int = 1) -> None:
        """refused, lost, broken (500 before acting), throttled: for calls whose "METHOD /path" contains `where`."""
        self._faults.append([kind, where, times])

    @property
    def transport(self) -> httpx.MockTransport:
        return httpx.MockTransport(self.answer)

    async def answer(self, request: httpx.Request) -> httpx.Response:
        """One call of the API."""
        call = f"{request.method} {request.url.path}"
        self.calls.append(call)
        kind = self._fault(call)
        if kind == "refused":
            raise httpx.ConnectError("refused")
        if kind in ("broken", "throttled"):
            return httpx.Response(500 if kind == "broken" else 429, json={"status": 500})
        if request.headers.get("authorization") not in (f"Bearer {self.key}", "Bearer access_double"):
            return httpx.Response(401, json={"status": 401, "title": "Unauthorized Request"})
        status, body = self._once(request)
        if kind == "lost":
            raise httpx.ReadError("lost")
        headers = {"content-type": "application/hal+json"}
        return httpx.Response(status, headers=headers, content=msgspec.json.encode(body) if body else b"")

    def only(self) -> Money:
        (payment,) = self.payments.values()
        return payment

    def of(self, key: str) -> Money:
        """The payment that carries our key."""
        return next(each for each in self.payments.values() if each.body["metadata"]["vetrina_payment"] == key)

    def pay(self, payment: Money) -> None:
        """The buyer does what Mollie's page asks."""
        holds = payment.body.get("captureMode") == "manual"
        payment.status = "authorized" if holds else "paid"
        payment.captured = Decimal(0) if holds else None
        self.tell(payment)

    def end(self, payment: Money, status: str, failure: str | None = None) -> None:
        """canceled, expired or failed."""
        payment.status, payment.failure = status, failure
        self.tell(payment)

    def charge_back(self, payment: Money, value: str) -> Thing:
        """The buyer's bank takes money back."""
        amount = {"currency": payment.body["amount"]["currency"], "value": value}
        made = {"resource": "chargeback", "id": self._id("chb"), "amount": amount, "paymentId": payment.id,
                "createdAt": self._now(), "reversedAt": None,
                "reason": {"code": "AC01", "description": "Account identifier incorrect"}}  # fmt: skip
        payment.chargebacks.append(made)
        self.tell(payment)
        return made

    def tell(self, payment: Money) -> None:
        """Add the webhook: an id, and nothing else."""
        self.outgoing.append(f"id={payment.id}".encode())

    def settle(self, amount: str, fee: str) -> str:
        """Pay out everything that moved, less a fee for all."""
        reference = self._id("stl")
        currency, rate = self.settles_in
        money = {"currency": currency, "value": amount}
        costs = [{"description": "Cards", "amountGross": {"currency": currency, "value": fee}}]

        def settled(told: Thing, sign: int) -> Thing:
            return {"settlementAmount": {"currency": currency, "value": f"{sign * rate * Decimal(told['value']):.2f}"}}

        self.settlements.insert(
            0,
            {
                "id": reference,
                "status": "paidout",
                "amount": money,
                "createdAt": self._now(),
                "settledAt": self._now(),
                "periods": {"2026": {"03": {"costs": costs}}},
            },
        )
        listed: dict[str, list[Thing]] = {"payments": [], "refunds": [], "chargebacks": [], "captures": []}
        for payment in self.payments.values():
            listed["payments"].append({**self._payment(payment, False), **settled(payment.body["amount"], 1)})
            for name in ("refunds", "chargebacks"):
                for thing in getattr(payment, name):
                    listed[name].append({**thing, **settled(thing["amount"], -1)})
        self.settled[reference] = listed
        return reference

    def _once(self, request: httpx.Request) -> tuple[int, Thing]:
        key = request.headers.get("idempotency-key")
        if request.method == "GET" or key is None:
            return self._do(request)
        kept = self._kept.get(key)
        if kept is not None and self.clock.now() - kept[1] < timedelta(hours=1):
            return kept[2] if kept[0] == request.content else _problem(422, "The key was used for another request")
        answered = self._do(request)
        self._kept[key] = (request.content, self.clock.now(), answered)
        return answered

    def _do(self, request: httpx.Request) -> tuple[int, Thing]:
        path = request.url.path.removeprefix("/v2/").split("/")
        body: Thing = msgspec.json.decode(request.content) if request.content else {}
        query = {name: values[0] for name, values in parse_qs(request.url.query.decode()).items()}
        match request.method, *path:
            case "GET", "methods":
                return 200, self._methods(query)
            case "GET", "payments":
                return 200, self._page("payments", [self._payment(each, False) for each in self._newest()], query)
            case "POST", "payments":
                return self._create(body)
            case "GET", "settlements":
                return 200, self._page("settlements", self.settlements, query)
            case "GET", "settlements", reference, inside:
                return 200, self._page(inside, self.settled[reference][inside], query)
            case method, "payments", reference, *rest if reference in self.payments:
                return self._of_payment(method, self.payments[reference], rest, body)
            case _:
                return _problem(404, "No such thing")

    def _create(self, body: Thing) -> tuple[int, Thing]:
        if body["amount"]["currency"] not in ("EUR", "JPY", "USD", "ISK"):
            return _problem(422, "The currency is not supported", "amount.currency")
        if Decimal(body["amount"]["value"]) < Decimal("0.05"):
            return _problem(422, "The amount is lower than the minimum", "amount")
        payment = Money(id=self._id("tr"), body=body, created_at=self.clock.now())
        self.payments[payment.id] = payment
        if self.pays_at_once:
            self.pay(payment)
        return 201, self._payment(payment, False)

    def _of_payment(self, method: str, payment: Money, rest: list[str], body: Thing) -> tuple[int, Thing]:
        match method, *rest:
            case ("GET",):
                return 200, self._payment(payment, True)
            case ("DELETE",):
                if payment.status != "open" or payment.body.get("method") not in CANCELABLE:
                    return _problem(422, "The payment cannot be canceled")
                self.end(payment, "canceled")
                return 200, self._payment(payment, False)
            case "POST", "captures":
                return self._capture(payment, body)
            case "POST", "refunds":
                return self._refund(payment, body)
            case "POST", "release-authorization":
                if payment.status != "authorized":
                    return _problem(422, "Nothing is authorized")
                payment.status = "paid" if payment.captured else "canceled"
                self.tell(payment)
                return 202, {}
            case _:
                return _problem(404, "No such thing")

    def _capture(self, payment: Money, body: Thing) -> tuple[int, Thing]:
        value = Decimal(body["amount"]["value"])
        if payment.status != "authorized" or payment.captured is None:
            return _problem(422, "Nothing is authorized")
        if payment.captured + value > Decimal(payment.body["amount"]["value"]):
            return _problem(422, "The amount is higher than the remaining amount", "amount")
        payment.captured += value
        made = {**body, "id": self._id("cpt"), "status": "succeeded", "createdAt": self._now()}
        payment.captures.append(made)
        if payment.captured == Decimal(payment.body["amount"]["value"]):
            payment.status = "paid"
        self.tell(payment)
        return 201, made

    def _refund(self, payment: Money, body: Thing) -> tuple[int, Thing]:
        value = Decimal(body["amount"]["value"])
        if payment.status != "paid" or value > self.taken(payment) - self.returned(payment):
            return _problem(422, "The amount is higher than the remaining amount", "amount")
        made = {**body, "id": self._id("re"), "status": "queued", "createdAt": self._now(), "paymentId": payment.id}
        payment.refunds.append(made)
        self.tell(payment)
        return 201, made

    def taken(self, payment: Money) -> Decimal:
        """What was really charged."""
        if payment.captured is not None:
            return payment.captured
        return Decimal(payment.body["amount"]["value"]) if payment.status == "paid" else Decimal(0)

    def returned(self, payment: Money) -> Decimal:
        """What really goes back."""
        standing = [refund for refund in payment.refunds if refund["status"] not in ("failed", "canceled")]
        return sum((Decimal(refund["amount"]["value"]) for refund in standing), Decimal(0))

    def _payment(self, payment: Money, is_whole: bool) -> Thing:
        """As little as Mollie ever tells: fields that do not apply are missing, or null."""
        currency = payment.body["amount"]["currency"]
        told: Thing = {"resource": "payment", "id": payment.id, "mode": self.mode, "status": payment.status,
                       "amount": payment.body["amount"], "metadata": payment.body.get("metadata"),
                       "createdAt": payment.created_at.isoformat(), "details": None,
                       "_links": {"self": {"href": "x"}}}  # fmt: skip
        if payment.status == "open":
            told["_links"]["checkout"] = {"href": f"https://www.mollie.com/checkout/{payment.id}"}
            told["isCancelable"] = payment.body.get("method") in CANCELABLE
            told["expiresAt"] = (payment.created_at + timedelta(minutes=15)).isoformat()
        if payment.captured is not None:
            told["amountCaptured"] = {"currency": currency, "value": str(payment.captured)}
            told["captureBefore"] = (payment.created_at + timedelta(days=7)).isoformat()
        if payment.failure is not None:
            told["details"] = {"failureReason": payment.failure}
        if is_whole:
            told["_embedded"] = {name: getattr(payment, name) for name in ("refunds", "captures", "chargebacks")}
        return told

    def _methods(self, query: dict[str, str]) -> Thing:
        currency = query.get("amount[currency]", "EUR")
        told = [{"id": method, "status": "activated", "minimumAmount": {"currency": currency, "value": least},
                 "maximumAmount": {"currency": currency, "value": most}}
                for method, (least, most) in self.methods.items()]  # fmt: skip
        return {"count": len(told), "_embedded": {"methods": told}, "_links": {}}

    def _page(self, name: str, things: list[Thing], query: dict[str, str]) -> Thing:
        size = int(query.get("limit", "50"))
        names = [thing["id"] for thing in things]
        start = names.index(query["from"]) if "from" in query else 0
        page, after = things[start : start + size], things[start + size : start + size + 1]
        following = {"href": f"https://api.mollie.com/v2/{name}?from={after[0]['id']}&limit={size}"} if after else None
        return {"count": len(page), "_embedded": {name: page}, "_links": {"next": following}}

    def _newest(self) -> list[Money]:
        return list(reversed(self.payments.values()))

    def _fault(self, call: str) -> str | None:
        for fault in self._faults:
            if fault[2] and fault[1] in call:
                fault[2] -= 1
                return str(fault[0])
        return None

    def _id(self, prefix: str) -> str:
        return f"{prefix}_{next(self._ids):08d}"

    def _now(self) -> str:
        return self.clock.now().isoformat()


def _problem(status: int, detail: str, field: str | None = None) -> tuple[int, Thing]:
    return status, {"status": status, "title": "Unprocessable", "detail": detail, "field": field}
