"""Webhooks: an id and nothing else, from anybody who cares to send one. Pure.

Mollie does not sign them. So none is believed: one that could be Mollie's only makes the shop ask, and since whoever
sends many of them would make the shop ask as often, they are counted.
"""

import re
from collections import deque
from datetime import datetime, timedelta
from urllib.parse import parse_qs

from vetrina.kernel.errors import Unavailable
from vetrina.ports import PaymentNews, ProviderMessage
from vetrina_mollie.refusals import NotGenuine

LARGEST = 200
"""Bytes."""
PAYMENT = re.compile(r"tr_[A-Za-z0-9]{4,60}")
MOST, WITHIN = 600, timedelta(minutes=1)
"""What is more is to come again later; Mollie tries for a day."""


class Gate:
    """Lets so many messages of one process through as the shop can ask about."""

    def __init__(self) -> None:
        self._passed: deque[datetime] = deque()

    def enter(self, now: datetime) -> None:
        """Raises Unavailable for one too many."""
        while self._passed and self._passed[0] <= now - WITHIN:
            self._passed.popleft()
        if len(self._passed) >= MOST:
            raise Unavailable("more messages came than Mollie can be asked about")
        self._passed.append(now)


def read(body: bytes) -> ProviderMessage:
    """Which payment there is news of. Raises NotGenuine for what Mollie would not send."""
    if len(body) > LARGEST:
        raise NotGenuine(reason="it is too long")
    try:
        named = parse_qs(body.decode("ascii"), strict_parsing=True, max_num_fields=3).get("id", [])
    except ValueError:
        raise NotGenuine(reason="it is no form") from None
    if len(named) != 1 or not PAYMENT.fullmatch(named[0]):
        raise NotGenuine(reason="it names no payment")
    return ProviderMessage(key=named[0], body={"id": named[0]})


def interpret(message: ProviderMessage) -> PaymentNews:
    """Something became of it; what, only Mollie can say."""
    return PaymentNews(provider_reference=str(message.body["id"]))
