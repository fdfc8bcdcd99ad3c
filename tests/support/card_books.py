"""The fake card provider with its books in a file, so that they outlive the shop's process."""

from collections.abc import Callable
from pathlib import Path
from secrets import token_hex

import msgspec

from vetrina.kernel.clock import SystemClock
from vetrina.ports import DisputeReport, PaymentReport, PayoutNews
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
        try:
            return await super()._do(verb, key, request, deed)
        finally:
            self.keep()  # an answer that is lost on its way is about a deed all the same

    def tell(self, kind: str, report: PaymentReport | DisputeReport | PayoutNews) -> None:
        """As the fake, but no other process of the shop has ever given the same name to its message."""
        event = {"id": f"evt_{token_hex(8)}", "kind": kind, "report": msgspec.to_builtins(report)}
        self.outgoing.append(self.sign(msgspec.json.encode(event)))

    def keep(self) -> None:
        """Write the books, after somebody else than the shop did something."""
        self._path.write_bytes(msgspec.json.encode(Books(self.charges, self._deeds)))

    def _open(self) -> None:
        if self._path.exists():
            books = msgspec.json.decode(self._path.read_bytes(), type=Books)
            self.charges, self._deeds = books.charges, books.deeds


def books_at(path: Path) -> dict[str, Charge]:
    """What the provider has charged, by payment key."""
    return msgspec.json.decode(path.read_bytes(), type=Books).charges if path.exists() else {}
