"""The fake card provider with its books in a file, so that they outlive the shop's process."""

from collections.abc import Callable
from pathlib import Path

import msgspec

from vetrina.kernel.clock import SystemClock
from vetrina.ports import PaymentReport
from vetrina.testing.payments import Charge, FakeProvider


class Books(msgspec.Struct):
    """What the provider remembers."""

    charges: dict[str, Charge] = {}
    deeds: dict[str, tuple[bytes, PaymentReport]] = {}


class CardBooks(FakeProvider):
    """Reads its books before a deed and writes them after it, before it answers."""

    def __init__(self, path: Path) -> None:
        super().__init__(SystemClock())
        self._path = path

    async def look_up(self, payment_key: str, provider_reference: str | None) -> PaymentReport | None:
        self._open()
        return await super().look_up(payment_key, provider_reference)

    async def _do(
        self, verb: str, key: str, request: msgspec.Struct, deed: Callable[[], PaymentReport]
    ) -> PaymentReport:
        self._open()
        report = await super()._do(verb, key, request, deed)
        self._path.write_bytes(msgspec.json.encode(Books(self.charges, self._deeds)))
        return report

    def _open(self) -> None:
        if self._path.exists():
            books = msgspec.json.decode(self._path.read_bytes(), type=Books)
            self.charges, self._deeds = books.charges, books.deeds


def books_at(path: Path) -> dict[str, Charge]:
    """What the provider has charged, by payment key."""
    return msgspec.json.decode(path.read_bytes(), type=Books).charges if path.exists() else {}
