"""Events, and the messages they are posted as: signed, and delivered as well or as badly as a test asks."""

import hashlib
import hmac
import random
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec

from vetrina.kernel.clock import Clock
from vetrina.testing.stripe.books import Thing, shown

SECRET = "whsec_double"
Post = Callable[[Mapping[str, str], bytes], Awaitable[int]]
"""Gives one message to whoever listens; the status it answers."""


class Message(msgspec.Struct, frozen=True):
    """A webhook as it is posted."""

    headers: dict[str, str]
    body: bytes
    kind: str = ""


def signature(body: bytes, secrets: Iterable[str], at: datetime) -> str:
    """The header Stripe-Signature for a body: one v1 for each secret, as while one is being replaced."""
    stamp = str(int(at.timestamp()))
    macs = (hmac.new(secret.encode(), stamp.encode() + b"." + body, hashlib.sha256).hexdigest() for secret in secrets)
    return ",".join([f"t={stamp}", *(f"v1={mac}" for mac in macs), "v0=0123456789abcdef"])


class Hooks:
    """What Stripe has to tell. Nothing is delivered unless somebody takes `messages` or asks to `deliver`.

    `secrets` sign, all of them; kinds in `withheld` are never delivered. `account` is set for events of a connected
    account only.
    """

    def __init__(self, clock: Clock, version: str, *, livemode: bool) -> None:
        self.events: list[Thing] = []
        self.secrets: tuple[str, ...] = (SECRET,)
        self.withheld: set[str] = set()
        self.version: str | None = version
        self.livemode = livemode
        self.account: str | None = None
        self._clock = clock
        self._waiting: list[Thing] = []

    def tell(self, kind: str, thing: Thing, key: str | None = None, before: Thing | None = None) -> None:
        """Something became of an object: it is remembered as it is now."""
        data: Thing = {"object": shown(thing)}
        if before is not None:
            data["previous_attributes"] = before
        event: Thing = {
            "id": f"evt_{len(self.events) + 1:024d}",
            "object": "event",
            "api_version": self.version,
            "created": int(self._clock.now().timestamp()),
            "data": data,
            "livemode": self.livemode,
            "pending_webhooks": 1,
            "request": {"id": None, "idempotency_key": key},
            "type": kind,
        }
        if self.account is not None:
            event["account"] = self.account
        self.events.append(event)
        self._waiting.append(event)

    def messages(self, *, times: int = 1, shuffled: int | None = None) -> list[Message]:
        """What is to be delivered, signed now, each so many times; in another order with a seed for `shuffled`."""
        waiting = [event for event in self._waiting if event["type"] not in self.withheld] * times
        self._waiting = []
        if shuffled is not None:
            random.Random(shuffled).shuffle(waiting)
        return [self.message(event) for event in waiting]

    def message(
        self, event: Thing, *, at: datetime | None = None, secrets: Sequence[str] | None = None, **changed: Any
    ) -> Message:
        """One event as a message: signed at another time, with others' secrets, or about something that is not so."""
        body = msgspec.json.encode({**event, **changed})
        signed = signature(body, self.secrets if secrets is None else secrets, at or self._clock.now())
        headers = {"content-type": "application/json; charset=utf-8", "stripe-signature": signed}
        return Message(headers, body, event["type"])

    def last(self, kind: str) -> Thing:
        """The latest event of a kind."""
        return next(event for event in reversed(self.events) if event["type"] == kind)

    async def deliver(self, post: Post, *, times: int = 1, shuffled: int | None = None) -> int:
        """Post what waits; what is not answered with a 2xx waits again. How many were taken."""
        taken, failed = 0, list[Thing]()
        for message in self.messages(times=times, shuffled=shuffled):
            if 200 <= await post(message.headers, message.body) < 300:
                taken += 1
            else:
                failed.append(msgspec.json.decode(message.body))
        self._waiting[:0] = failed
        return taken
