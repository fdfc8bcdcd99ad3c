"""The one place that imports Stripe's SDK: its client, over the shop's own way out."""

import asyncio
import logging
import sys
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from contextvars import ContextVar
from importlib import import_module
from typing import TYPE_CHECKING, Any, cast

import msgspec

from vetrina.kernel.errors import Unavailable
from vetrina.kernel.outgoing import Outgoing, Unreachable
from vetrina.plugin.words import Say
from vetrina_stripe.refusals import KeyNotTaken

if TYPE_CHECKING:
    import stripe

Thing = dict[str, Any]

VERSION = "2026-10-28.endive"
"""Of Stripe's API: what the shop asks for, whatever the account's own is, and the webhook should be made with."""
TRIES = 2
"""A call that found nobody is repeated under the same idempotency key, so long as there is time."""
PAUSE = 0.5
"""Seconds before another try."""
LEAST_TIME = 0.5
"""Seconds without which another try is none."""
LARGEST = 4 * 1024 * 1024
"""Bytes of an answer."""
SENT = ("authorization", "content-type", "idempotency-key", "stripe-account", "stripe-version", "accept")
"""Headers that leave the house; the SDK would also tell what machine this is and how long calls take."""

_until: ContextVar[float] = ContextVar("stripe_until")


class Declined(Exception):
    """The bank said no. `error` is Stripe's, with the intent it is about."""

    def __init__(self, error: Thing) -> None:
        self.error = error
        super().__init__(error.get("code"))


class NotDone(Exception):
    """Stripe will not do it, and did nothing. `error` is Stripe's."""

    def __init__(self, error: Thing) -> None:
        self.error = error
        self.code: str = error.get("code") or ""
        self.reason: str = str(error.get("message") or self.code or "no reason given")[:300]
        super().__init__(self.reason)


class KeyTaken(Exception):
    """The idempotency key was used for another request, or one is under way."""


class Line:
    """The line to one account of Stripe's. Raises Declined, NotDone, KeyTaken, KeyNotTaken; else Unavailable.

    Unavailable says nothing about whether Stripe acted.
    """

    def __init__(self, outgoing: Outgoing, secret_key: str, address: str) -> None:
        self._outgoing, self._secret_key, self._address = outgoing, secret_key, address
        self._client: stripe.StripeClient | None = None

    async def get(self, path: str, **params: Any) -> Thing:
        """Read something."""
        return await self._call("get", path, params, None)

    async def post(self, path: str, key: str, **params: Any) -> Thing:
        """Do something, once per `key`."""
        return await self._call("post", path, params, key)

    async def pages(self, path: str, *, most: int, **params: Any) -> AsyncGenerator[Thing]:
        """Every object of a list, newest first, page by page. Raises Unavailable after `most` pages."""
        after: Thing = {}
        for _ in range(most):
            page = await self.get(path, limit=100, **params, **after)
            for thing in page["data"]:
                yield thing
            if not page["has_more"]:
                return
            after = {"starting_after": page["data"][-1]["id"]}
        raise Unavailable(f"Stripe has more than {most} pages of {path}")

    async def _call(self, method: str, path: str, params: Thing, key: str | None) -> Thing:
        client = await self._opened()
        import stripe

        options: Thing = {"idempotency_key": key} if key is not None else {}
        try:
            # The client's typed services end in the same call; one place for all of them needs no twelve wrappers.
            answer = await client.raw_request_async(method, path, **params, **options)  # pyright: ignore[reportUnknownMemberType]
        except stripe.StripeError as error:
            raise _told(error) from None
        return msgspec.json.decode(answer.body, type=dict[str, Any])

    async def _opened(self) -> "stripe.StripeClient":
        if "stripe" not in sys.modules:
            # Half a second: beside the loop, and only in a shop that has something to ask.
            await asyncio.to_thread(import_module, "stripe")
        if self._client is None:
            import stripe

            logging.getLogger("stripe").setLevel(logging.WARNING)  # below that it tells whole requests and answers
            self._client = stripe.StripeClient(
                self._secret_key,
                http_client=_guarded(self._outgoing),
                base_addresses={"api": self._address},
                stripe_version=VERSION,
                max_network_retries=TRIES - 1,
            )
        return self._client


@asynccontextmanager
async def within(seconds: float) -> AsyncGenerator[None]:
    """Give everything that is asked inside so many seconds together."""
    token = _until.set(asyncio.get_running_loop().time() + seconds)
    try:
        yield
    finally:
        _until.reset(token)


def _guarded(outgoing: Outgoing) -> "stripe.HTTPClient":
    """The SDK's own client for HTTP, calling through the shop's way out."""
    import stripe

    class Guarded(stripe.HTTPXClient):
        def __init__(self) -> None:
            # Not its parent's: that opens a client of its own.
            stripe.HTTPClient.__init__(self)  # pyright: ignore[reportUnknownMemberType]

        def _add_telemetry_header(self, headers: Mapping[str, str]) -> Mapping[str, str]:
            return headers

        async def sleep_async(self, secs: float) -> None:
            await asyncio.sleep(PAUSE)

        async def request_async(
            self, method: str, url: str, headers: Mapping[str, str], post_data: Any = None
        ) -> tuple[bytes, int, Mapping[str, str]]:
            left = _until.get(0.0) - asyncio.get_running_loop().time()
            if left < LEAST_TIME:
                raise stripe.APIConnectionError("no time is left", should_retry=False)
            sent = {name: value for name, value in headers.items() if name.lower() in SENT}
            content = post_data.encode() if isinstance(post_data, str) else post_data
            try:
                reply = await outgoing.call(
                    method.upper(), url, deadline=left, headers=sent, content=content, largest=LARGEST
                )
            except Unreachable as error:
                raise stripe.APIConnectionError(error.reason, should_retry=True) from error
            return reply.body, reply.status, reply.headers

    return Guarded()


def _told(error: "stripe.StripeError") -> Exception:
    """What an error of the SDK's means to us, without what it quotes."""
    import stripe

    body: Any = error.json_body
    told: Thing = cast("Thing", body).get("error") or {} if isinstance(body, dict) else {}
    match error:
        case stripe.CardError():
            return Declined(told)
        case stripe.IdempotencyError():
            return KeyTaken()
        case stripe.AuthenticationError() | stripe.PermissionError():
            return KeyNotTaken(reason=Say(f"it answers {error.http_status}", it=f"risponde {error.http_status}"))
        case stripe.InvalidRequestError():
            return NotDone(told)
        case stripe.RateLimitError():
            return Unavailable("Stripe asks for patience")
        case stripe.APIConnectionError():
            return Unavailable(f"Stripe did not answer: {error.user_message}")
        case _:
            return Unavailable(f"Stripe answers {error.http_status}")
