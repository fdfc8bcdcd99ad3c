"""StripeDouble: the API itself, called in this process or over HTTP."""

import asyncio
import re
from collections.abc import Callable, Sequence
from typing import Any

import httpx
import msgspec

from vetrina.kernel.clock import Clock
from vetrina.testing.stripe.asking import FILTERS, page, search
from vetrina.testing.stripe.balance import Payouts
from vetrina.testing.stripe.books import Books, Thing, listed
from vetrina.testing.stripe.disputes import Disputes
from vetrina.testing.stripe.faults import Faults, Kind
from vetrina.testing.stripe.forms import Form, read_form
from vetrina.testing.stripe.hooks import Hooks
from vetrina.testing.stripe.intents import Intents
from vetrina.testing.stripe.keys import Answer, Keys
from vetrina.testing.stripe.problems import StripeProblem, missing
from vetrina.testing.stripe.refunds import Refunds
from vetrina.testing.stripe.tokens import Tokens
from vetrina.testing.stripe.transport import AnswerLost, serve

API_VERSION = "2026-10-28.endive"
PLURALS = {f"{kind}s": kind for kind in FILTERS}
Act = Callable[[Form], Thing]


class Call(msgspec.Struct, frozen=True):
    """A call as it came in, and what became of it."""

    method: str
    path: str
    form: Form
    key: str | None
    version: str | None
    status: int
    is_replay: bool


class StripeDouble:
    """One account of Stripe's. Its parts: `books` to judge by, `faults` to order, `hooks` for events, and the acts
    of others: `intents.complete_challenge`, `disputes.open`, `payouts.pay_out`, `refunds.fail`.

    `search_lag` is in seconds: what is younger, searches do not find. Every call stands in `calls`.
    """

    def __init__(self, clock: Clock, *, secret_key: str = "sk_test_double", account: str = "acct_double") -> None:
        livemode = not secret_key.startswith(("sk_test_", "rk_test_"))
        self.account = account
        self.secret_key = secret_key
        self.search_lag = 60
        self.denied: set[str] = set()
        """What the key may not read or write, such as webhook_endpoints: Stripe answers 403."""
        self.calls: list[Call] = []
        self.faults = Faults()
        self.books = Books(clock, livemode=livemode)
        self.hooks = Hooks(clock, API_VERSION, livemode=livemode)
        self.tokens = Tokens(self.books)
        self.disputes = Disputes(self.books, self.hooks)
        self.refunds = Refunds(self.books, self.hooks)
        self.payouts = Payouts(self.books, self.hooks)
        self.intents = Intents(self.books, self.hooks, self.tokens, self.disputes)
        self.transport = httpx.MockTransport(self.answer)
        self._keys = Keys(clock)
        self._at_work: set[asyncio.Future[Answer]] = set()

    def endpoint(self, url: str, events: Sequence[str] = ("*",), *, status: str = "enabled") -> Thing:
        """A webhook that somebody has made at Stripe, told of so many types of events."""
        fields = {"enabled_events": list(events), "status": status, "api_version": API_VERSION}
        return self.books.add(
            "webhook_endpoint", "we", url=url, application=None, description=None, metadata={}, **fields
        )

    def token(self, card: str = "pm_card_visa") -> str:
        """What Stripe.js makes of a card in the buyer's browser; see CARDS."""
        return self.tokens.make(card)

    async def answer(self, request: httpx.Request) -> httpx.Response:
        """Answer a call. Raises httpx's errors where the connection is to fail."""
        call = f"{request.method} {request.url.path}"
        fault = self.faults.take(call)
        if fault == "refused":
            raise httpx.ConnectError("All connection attempts failed", request=request)
        text = request.url.query.decode() if request.method != "POST" else (await request.aread()).decode()
        # Whoever stops waiting stops nothing: what was begun is done.
        task = asyncio.ensure_future(self._answered(request, text, fault))
        self._at_work.add(task)
        task.add_done_callback(self._at_work.discard)
        answer = await asyncio.shield(task)
        if fault == "lost":
            raise AnswerLost("the answer was lost", request=request)
        headers = {"content-type": "application/json", "request-id": answer.request_id}
        if "idempotency-key" in request.headers:
            headers["idempotency-key"] = request.headers["idempotency-key"]
        if answer.is_replay:
            headers |= {"idempotent-replayed": "true", "original-request": answer.request_id}
        return httpx.Response(answer.status, headers=headers, content=answer.body, request=request)

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """As an ASGI application: a lost answer is a connection on which nothing ever comes."""
        await serve(self.answer, scope, receive, send)

    async def _answered(self, request: httpx.Request, text: str, fault: Kind | None) -> Answer:
        key = request.headers.get("idempotency-key") if request.method == "POST" else None
        asked = (request.method, request.url.path, text)
        try:
            self._admit(request, fault)
            if key is None:
                answer = await self._act(request, text, fault)
            else:
                answer = await self._keys.once(key, asked, lambda: self._act(request, text, fault))
        except StripeProblem as problem:
            answer = self._told(problem.status, problem.body, is_kept=False)
        version, path = request.headers.get("stripe-version"), request.url.path
        form = read_form(text)
        self.calls.append(Call(request.method, path, form, key, version, answer.status, answer.is_replay))
        return answer

    async def _act(self, request: httpx.Request, text: str, fault: Kind | None) -> Answer:
        form = read_form(text)
        paths: list[str] = list(form.pop("expand", []))
        try:
            thing = self.books.expanded(self._find(request.method, request.url.path)(form), paths)
            answer = self._told(200, thing)
        except StripeProblem as problem:
            answer = self._told(problem.status, problem.body, is_kept=problem.is_kept)
        if fault == "broken_after":
            answer = self._told(500, {"error": {"type": "api_error", "message": "Something went wrong."}})
        await self.faults.delay()
        return answer

    def _admit(self, request: httpx.Request, fault: Kind | None) -> None:
        given = request.headers.get("authorization", "")
        if given != f"Bearer {self.secret_key}":
            raise StripeProblem(401, "invalid_request_error", "Invalid API Key provided: sk_test_****")
        if request.url.path.split("/")[2] in self.denied:
            raise StripeProblem(
                403, "invalid_request_error", "The provided key does not have the required permissions."
            )
        if fault == "throttled":
            raise StripeProblem(429, "invalid_request_error", "Too many requests.", code="rate_limit")
        if fault == "broken":
            raise StripeProblem(500, "api_error", "Something went wrong.")

    def _find(self, method: str, path: str) -> Act:
        """What an address stands for. Raises StripeProblem where there is nothing."""
        if method == "GET":
            return self._reading(path)
        acts: dict[str, Callable[..., Thing]] = {
            "/v1/payment_intents": self.intents.create,
            "/v1/payment_intents/{}/confirm": self.intents.confirm,
            "/v1/payment_intents/{}/capture": self.intents.capture,
            "/v1/payment_intents/{}/cancel": self.intents.cancel,
            "/v1/refunds": self.refunds.create,
            "/v1/disputes/{}": self.disputes.update,
            "/v1/test_helpers/confirmation_tokens": self.tokens.create,
        }
        for pattern, act in acts.items():
            found = re.fullmatch(pattern.replace("{}", "([A-Za-z0-9_]+)"), path)
            if found is not None and method == "POST":
                return lambda form: act(*found.groups(), form)
        raise missing("resource", path)

    def _reading(self, path: str) -> Act:
        own: dict[str, Act] = {"/v1/account": self._account, "/v1/balance": self._balance, "/v1/events": self._events}
        if path in own:
            return own[path]
        _, _, rest = path.partition("/v1/")
        name, _, reference = rest.partition("/")
        kind = PLURALS.get(name)
        if kind is None:
            raise missing("resource", path)
        if reference == "search":
            return lambda form: search(self.books, kind, form, path, self.search_lag)
        if reference:
            return lambda _: self.books.get(kind, reference)
        return lambda form: page(self.books, kind, form, path)

    def _account(self, _: Form) -> Thing:
        about = {"country": "IT", "default_currency": "eur", "charges_enabled": True, "payouts_enabled": True}
        return {"id": self.account, "object": "account", "email": None, "metadata": None, **about}

    def _balance(self, _: Form) -> Thing:
        open_now = self.books.all("balance_transaction", lambda txn: txn["payout_of_double"] is None)
        totals: dict[str, int] = {}
        for txn in open_now:
            totals[txn["currency"]] = totals.get(txn["currency"], 0) + txn["net"]
        available = [{"amount": amount, "currency": currency} for currency, amount in totals.items()]
        return {"object": "balance", "available": available, "livemode": self.books.livemode, "pending": []}

    def _events(self, form: Form) -> Thing:
        kind = form.get("type")
        found = [event for event in reversed(self.hooks.events) if kind in (None, event["type"])]
        return listed(found[: int(form.get("limit", 10))], "/v1/events")

    def _told(self, status: int, body: Thing, *, is_kept: bool = True) -> Answer:
        return Answer(status, msgspec.json.encode(body), f"req_{len(self.calls) + 1:014d}", is_kept)
