"""Pure rules: names of events, signatures, what an answer means, pauses, and when an endpoint is dead."""

import base64
import hashlib
import hmac
import re
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from enum import Enum

PREFIX = "whsec_"
PING = "ping"
"""The type of a delivery that only tries an endpoint."""
PAUSES = (5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400)
"""Seconds before each further attempt, as Standard Webhooks recommends; afterwards the delivery is given up."""
SPREAD = 0.2
"""By this share, at most, pauses are longer: what failed together does not come back together."""
GONE = 410
QUIET = (5, 30, 120, 300)
"""Seconds an endpoint is left alone after so many calls in a row that nobody answered."""


class State(Enum):
    """Where a delivery stands. One whose endpoint is paused goes on waiting; failed ones have been given up."""

    WAITING = "waiting"
    DELIVERED = "delivered"
    FAILED = "failed"


class PauseReason(Enum):
    """Why nothing is sent to an endpoint."""

    PERSON = "person"
    """Somebody paused it."""
    GONE = "gone"
    """It answered 410 Gone: it wants no more."""
    DEAD = "dead"
    """It failed for too long."""


def event_type(name: str) -> str:
    """How receivers know an event: StockRanOut is stock.ran_out."""
    noun, *participle = re.findall(r"[A-Z][a-z0-9]*", name)
    return f"{noun}.{'_'.join(participle)}".lower()


def unknown_types(wanted: Collection[str], known: Collection[str]) -> list[str]:
    """Those that no event has, by name."""
    return sorted(set(wanted) - set(known))


def is_wanted(kind: str, wanted: Collection[str] | None) -> bool:
    """Whether an endpoint hears an event of this type; None stands for all there are and will be."""
    return wanted is None or kind in wanted


def write_secret(key: bytes) -> str:
    """A signing key as people copy it: whsec_ and base64."""
    return PREFIX + base64.b64encode(key).decode()


def signature(secret: str, message_id: str, timestamp: int, body: bytes) -> str:
    """One signature by Standard Webhooks, over id.timestamp.body; timestamp in seconds since 1970."""
    key = base64.b64decode(secret.removeprefix(PREFIX))
    signed = b"%s.%d.%s" % (message_id.encode(), timestamp, body)
    return "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()


def signed_headers(secrets: Sequence[str], message_id: str, timestamp: int, body: bytes) -> dict[str, str]:
    """The headers of one attempt; while a secret is being changed they hold a signature by each."""
    return {
        "content-type": "application/json",
        "webhook-id": message_id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": " ".join(signature(secret, message_id, timestamp, body) for secret in secrets),
    }


def is_accepted(status: int | None) -> bool:
    """Whether the receiver took it. A redirect is none: the address is the manager's to change."""
    return status is not None and 200 <= status < 300


def pause_after(attempts: int, chance: float, asked: str | None = None) -> timedelta | None:
    """How long to wait after so many attempts have failed; None when it is time to give up.

    `chance` is from 0 to 1. `asked` is the receiver's Retry-After in seconds: it may prolong a pause, up to a day.
    """
    if attempts > len(PAUSES):
        return None
    wanted = min(int(asked), PAUSES[-1]) if asked is not None and re.fullmatch("[0-9]{1,9}", asked) else 0
    return timedelta(seconds=max(PAUSES[attempts - 1] * (1 + SPREAD * chance), wanted))


def quiet_after(misses: int) -> timedelta:
    """How long an endpoint is left alone that could not be reached so many times in a row."""
    return timedelta(seconds=QUIET[min(misses, len(QUIET)) - 1])


def is_dead(failing_since: datetime | None, given_up: int, now: datetime, *, days: int, failures: int) -> bool:
    """Whether an endpoint has failed for so many days without a success, or lost so many deliveries in a row."""
    if failing_since is None:
        return False
    return now - failing_since >= timedelta(days=days) or given_up >= failures


def shown_answer(body: bytes) -> str:
    """The beginning of an answer as the log keeps it: 1 KB, as text, without what no database stores."""
    return body[:1_024].decode(errors="replace").replace("\0", "\ufffd")
