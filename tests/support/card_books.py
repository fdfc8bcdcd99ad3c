"""The fake card provider with its books in a file, so that they outlive the shop's process."""

from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from secrets import token_hex
from typing import ClassVar

import msgspec

from vetrina.kernel.clock import SystemClock
from vetrina.ports import (
    DisputeReport,
    PaymentNews,
    PaymentReport,
    PayoutItem,
    PayoutNews,
    PayoutReport,
    PayoutSource,
    Policy,
)
from vetrina.testing.payments import Charge, FakeProvider
from vetrina.vocabulary import PayoutItemKind, PayoutState


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

    def tell(self, kind: str, report: PaymentReport | DisputeReport | PaymentNews | PayoutNews) -> None:
        """As the fake, but no other process of the shop has ever given the same name to its message."""
        event = {"id": f"evt_{token_hex(8)}", "kind": kind, "report": msgspec.to_builtins(report)}
        self.outgoing.append(self.sign(msgspec.json.encode(event)))

    def keep(self) -> None:
        """Write the books, after somebody else than the shop did something."""
        self._path.write_bytes(msgspec.json.encode(Books(self.charges, self._deeds)))

    def pay_out(self, keys: Sequence[str], at: datetime) -> None:
        """Settle these charges in one payout; it is the only one that the shop is told of from now on."""
        items = tuple(
            PayoutItem(
                reference=f"txn_{key}", kind=PayoutItemKind.CHARGE, gross=self.charges[key].captured, fee=10,
                net=self.charges[key].captured - 10, currency=self.charges[key].currency, at=at, payment_key=key,
            )
            for key in keys
        )  # fmt: skip
        report = PayoutReport(
            reference=f"po_{keys[0]}", state=PayoutState.PAID, amount=sum(item.net for item in items),
            currency=items[0].currency, arrives_at=at, items=items,
        )  # fmt: skip
        _statements(self._path).write_bytes(msgspec.json.encode([report]))

    def _open(self) -> None:
        if self._path.exists():
            books = msgspec.json.decode(self._path.read_bytes(), type=Books)
            self.charges, self._deeds = books.charges, books.deeds


def books_at(path: Path) -> dict[str, Charge]:
    """What the provider has charged, by payment key."""
    return msgspec.json.decode(path.read_bytes(), type=Books).charges if path.exists() else {}


class Statements:
    """What the provider says that it has paid out: nothing, until somebody lets it."""

    policy: ClassVar[Policy] = PayoutSource.policy

    def __init__(self, path: Path) -> None:
        self._path = path

    async def payouts(self, since: datetime) -> tuple[PayoutReport, ...]:
        return tuple(report for report in statements_at(self._path) if report.arrives_at and report.arrives_at >= since)


def statements_at(path: Path) -> list[PayoutReport]:
    """The payouts of the provider whose books are at `path`."""
    kept = _statements(path)
    return msgspec.json.decode(kept.read_bytes(), type=list[PayoutReport]) if kept.exists() else []


def _statements(path: Path) -> Path:
    return path.with_suffix(".payouts")
