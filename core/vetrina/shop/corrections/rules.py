"""A correction as it will be written down."""

from datetime import datetime
from typing import Literal

import msgspec

CorrectionKind = Literal["cancellation", "return", "allowance", "adjustment", "stock"]
"""cancellation: a sale, or a part of one, was called off. return: goods came back. allowance: money without goods.
adjustment: the books alone, such as a bad debt. stock: goods found, broken or given away, and no money."""


class CorrectionLineDraft(msgspec.Struct, frozen=True, kw_only=True):
    """One line, signed: what went back is negative. `rest` in millionths of the minor unit."""

    line_id: int | None
    variant_id: int | None
    product_id: int | None
    title: str
    sku: str | None
    quantity: int
    amount: int
    rest: int


class CorrectionDraft(msgspec.Struct, frozen=True, kw_only=True):
    """A correction whole, in minor units; its amount is its lines' sum, never given."""

    kind: CorrectionKind
    order_id: int | None
    customer_id: int | None
    market_id: int
    currency: str
    country: str
    delivery: int
    note: str
    source: str
    name: str
    at: datetime
    lines: tuple[CorrectionLineDraft, ...]

    @property
    def amount(self) -> int:
        return sum(line.amount for line in self.lines)
