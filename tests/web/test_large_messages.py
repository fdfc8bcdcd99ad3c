"""What strangers send to the routes of payment providers is refused by its size, before it is read whole."""

from collections.abc import AsyncIterator

import pytest

from vetrina.testing import StillClock, Workshop, a_shop
from vetrina.web.webhooks import LARGEST_MESSAGE

pytestmark = pytest.mark.embedded
WHOLE = 50_000_000
EVENTS = b'{"id":"evt_1","object":"event","type":"x"},' * 1_500


class Sender:
    """Sends pieces as long as somebody reads them, and counts what was read."""

    def __init__(self, shop: Workshop) -> None:
        self.shop = shop
        self.read = 0

    async def send(self, provider: str, piece: bytes, whole: int, **headers: str) -> int:
        self.read = 0
        place = f"/webhooks/payments/{provider}"
        with self.shop.statements() as texts:
            answer = await self.shop.client.post(place, content=self._pieces(piece, whole), headers=headers)
        assert texts == [], "a stranger's message reaches no table"
        return answer.status_code

    async def _pieces(self, piece: bytes, whole: int) -> AsyncIterator[bytes]:
        while self.read < whole:
            self.read += len(piece)
            yield piece


async def served(shop: Workshop) -> Sender:
    await shop.client.post("/webhooks/payments/nobody", content=b"{}")
    return Sender(shop)


async def test_fifty_megabytes_and_a_million_events_are_not_read(
    clock: StillClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with a_shop(["stripe", "mollie"], clock=clock) as shop:
        sender = await served(shop)
        for provider in ("stripe", "mollie", "nobody"):
            for piece in (b"x" * len(EVENTS), EVENTS):
                announced = {"content-length": str(WHOLE)}
                assert (await sender.send(provider, piece, WHOLE, **announced), sender.read) == (413, 0)
                assert await sender.send(provider, piece, WHOLE) == 413
                assert sender.read <= LARGEST_MESSAGE + 2 * len(piece)
            assert await sender.send(provider, EVENTS, LARGEST_MESSAGE - len(EVENTS)) in (400, 404, 422)
    monkeypatch.setattr("vetrina.web.webhooks.LARGEST_MESSAGE", WHOLE)
    async with a_shop([], clock=clock) as shop:  # without the bound all of it would have been taken in
        sender = await served(shop)
        assert (await sender.send("nobody", EVENTS, 2_000_000), sender.read > 1_999_999) == (404, True)
