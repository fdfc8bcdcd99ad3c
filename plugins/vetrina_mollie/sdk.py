"""The one place that imports Mollie's SDK: its requests, over the shop's own way out; its answers as they came.

The SDK's models refuse an answer that lacks any documented field, also one that says that money has moved. So what it
makes of answers is not used: the bytes are, and only what we need has to be there.
"""

import asyncio
import logging
import sys
import warnings
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from contextvars import ContextVar
from importlib import import_module
from typing import TYPE_CHECKING, Any, cast

import msgspec

from vetrina.kernel.errors import Unavailable
from vetrina.kernel.outgoing import Outgoing, Reply, Unreachable
from vetrina.plugin.words import Say
from vetrina_mollie.refusals import KeyNotTaken

if TYPE_CHECKING:
    import httpx

Thing = dict[str, Any]

TRIES = 2
"""A call that found nobody is repeated under the same idempotency key, so long as there is time."""
LEAST_TIME = 0.5
"""Seconds without which another try is none."""
LARGEST = 4 * 1024 * 1024
"""Bytes of an answer."""
PAGE = 250
"""Things on a page: the most Mollie gives."""
SENT = ("authorization", "content-type", "idempotency-key", "accept")
"""Headers that leave the house."""

OPERATIONS = (
    "create_payment", "get_payment", "list_payments", "cancel_payment", "release_authorization", "create_capture",
    "create_refund", "list_methods", "list_settlements", "list_settlement_payments", "list_settlement_captures",
    "list_settlement_refunds", "list_settlement_chargebacks",
)  # fmt: skip
ROOMS = (
    "mollie.payments_sdk",
    "mollie.captures",
    "mollie.refunds_sdk",
    "mollie.methods",
    "mollie.settlements",
    "mollie.models.security",
    "mollie.models.error_response",
    *(f"mollie.models.{operation}op" for operation in OPERATIONS),
)
"""Modules of the SDK's that we use; it loads each when it is first touched."""

_until: ContextVar[float] = ContextVar("mollie_until")
_heard: ContextVar[list[Reply | Unreachable]] = ContextVar("mollie_heard")


class NotDone(Exception):
    """Mollie will not do it, and did nothing. `field` is what it is about, if Mollie says so."""

    def __init__(self, status: int, error: Thing) -> None:
        self.status = status
        self.field: str = str(error.get("field") or "")
        self.reason: str = str(error.get("detail") or error.get("title") or f"it answers {status}")[:300]
        super().__init__(self.reason)


class Line:
    """The line to one account of Mollie's. Raises NotDone, KeyNotTaken; else Unavailable, which says nothing about
    whether Mollie acted.
    """

    def __init__(self, outgoing: Outgoing, token: str, address: str, *, is_key: bool = True) -> None:
        self._outgoing, self._token, self._address, self._is_key = outgoing, token, address, is_key
        self._client: Any = None

    async def call(self, verb: str, *, key: str | None = None, **params: Any) -> Thing:
        """Ask one thing, such as `payments.get`; with `key` it happens once."""
        client = await self._opened()
        group, _, name = verb.partition(".")
        ask: Any = getattr(getattr(client, group), f"{name}_async")
        for left in reversed(range(TRIES)):
            try:
                return await self._asked(ask, idempotency_key=key, **params)
            except Unavailable:
                if not left or _time_left() < LEAST_TIME:
                    raise
        raise AssertionError("there is a last try")

    async def pages(self, verb: str, name: str, *, most: int, **params: Any) -> AsyncGenerator[Thing]:
        """Every thing of a list, newest first, page by page. Raises Unavailable after `most` pages."""
        after: Thing = {}
        for _ in range(most):
            page = await self.call(verb, limit=PAGE, **params, **after)
            found = things(part(page, "_embedded").get(name))
            for thing in found:
                yield thing
            following = part(page, "_links", "next").get("href")
            if not following or not found:
                return
            after = {"from_": _from_of(str(following))}
        raise Unavailable(f"Mollie has more than {most} pages of {name}")

    async def _asked(self, ask: Any, **params: Any) -> Thing:
        from mollie.models import ClientError, NoResponseError

        heard: list[Reply | Unreachable] = []
        token = _heard.set(heard)
        try:
            with suppress(ClientError, NoResponseError, Unreachable):  # what was heard is what counts, see above
                await ask(**params, retries=None)
        finally:
            _heard.reset(token)
        if not heard:
            raise Unavailable("Mollie was not asked")
        return _told(heard[-1])

    async def _opened(self) -> Any:
        if self._client is None:
            if ROOMS[-1] not in sys.modules:
                # Half a second: beside the loop, and only in a shop that has something to ask.
                await asyncio.to_thread(_load)
            from mollie import ClientSDK
            from mollie.models import Security

            # It reads fields of its own that it has deprecated itself.
            warnings.filterwarnings("ignore", category=DeprecationWarning, module=r"mollie\.utils")
            logging.getLogger("mollie").setLevel(logging.WARNING)  # below that it tells whole requests and answers
            who = Security(api_key=self._token) if self._is_key else Security(advanced_access_token=self._token)
            self._client = ClientSDK(security=who, server_url=self._address, async_client=_guarded(self._outgoing))
        return self._client


@asynccontextmanager
async def within(seconds: float) -> AsyncGenerator[None]:
    """Give everything that is asked inside so many seconds together."""
    token = _until.set(asyncio.get_running_loop().time() + seconds)
    try:
        yield
    finally:
        _until.reset(token)


def part(value: Any, *names: str) -> Thing:
    """The thing in a thing, and so on; empty where anything on the way is missing, null or something else."""
    for name in names:
        value = cast("Thing", value).get(name) if isinstance(value, dict) else None
    return cast("Thing", value) if isinstance(value, dict) else {}


def things(value: Any) -> list[Thing]:
    """A list of things; empty where there is none."""
    return cast("list[Thing]", value) if isinstance(value, list) else []


def _time_left() -> float:
    return _until.get(0.0) - asyncio.get_running_loop().time()


def _load() -> None:
    """Import what the SDK would import at the first call of each kind, and hold up everybody."""
    for room in ROOMS:
        import_module(room)


def _guarded(outgoing: Outgoing) -> Any:
    """The SDK's client for HTTP, calling through the shop's way out."""
    import httpx

    class Guarded:
        def build_request(self, method: str, url: Any, **given: Any) -> "httpx.Request":
            given.pop("timeout", None)
            return httpx.Request(method, url, **given)

        async def send(self, request: "httpx.Request", **_: Any) -> "httpx.Response":
            left = _time_left()
            try:
                if left < LEAST_TIME:
                    raise Unreachable("no time is left")
                sent = {name: value for name, value in request.headers.items() if name.lower() in SENT}
                reply = await outgoing.call(
                    request.method,
                    str(request.url),
                    deadline=left,
                    headers=sent,
                    content=request.content or None,
                    largest=LARGEST,
                )
            except Unreachable as error:
                _heard.get().append(error)
                raise
            _heard.get().append(reply)
            # The SDK is told of an answer it knows nothing about, and builds no models for the real one.
            return httpx.Response(204, request=request)

        async def aclose(self) -> None:
            """Nothing is held open."""

    return Guarded()


def _told(heard: Reply | Unreachable) -> Thing:
    """What an answer means to us."""
    if isinstance(heard, Unreachable):
        raise Unavailable(f"Mollie did not answer: {heard.reason}") from heard
    try:
        told: Any = msgspec.json.decode(heard.body) if heard.body.strip() else {}
    except msgspec.DecodeError:
        told = None
    match heard.status:
        case 200 | 201 | 202 | 204 if isinstance(told, dict):
            return part(told)
        case 401 | 403:
            raise KeyNotTaken(reason=Say(f"it answers {heard.status}", it=f"risponde {heard.status}"))
        case 400 | 404 | 410 | 422:
            raise NotDone(heard.status, part(told))
        case 409:
            raise Unavailable("the same request is under way at Mollie")
        case 429:
            raise Unavailable("Mollie asks for patience")
        case _:
            raise Unavailable(f"Mollie answers {heard.status}")


def _from_of(href: str) -> str:
    import httpx

    return httpx.URL(href).params.get("from", "")
