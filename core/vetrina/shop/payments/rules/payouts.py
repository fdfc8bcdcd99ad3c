"""Payouts: their rows, which way the money of their items goes, and what they take for services."""

from collections.abc import Mapping
from datetime import datetime

import msgspec

from vetrina.vocabulary import PayoutItemKind

SIGNS: Mapping[PayoutItemKind, int] = {
    PayoutItemKind.CHARGE: 1,
    PayoutItemKind.REFUND_REVERSAL: 1,
    PayoutItemKind.DISPUTE_REVERSAL: 1,
    PayoutItemKind.REFUND: -1,
    PayoutItemKind.DISPUTE: -1,
}
"""Which way the gross of a kind goes; the others go either way."""


class PayoutRow(msgspec.Struct, frozen=True):
    """One payout. `amount` in minor units of `currency`; negative when the provider collects."""

    id: int
    provider: str
    reference: str
    state: str
    amount: int
    currency: str
    arrives_at: datetime | None
    created_at: datetime
    updated_at: datetime


class PayoutItemRow(msgspec.Struct, frozen=True):
    """One movement a payout settles, in minor units, signed from the shop's side."""

    id: int
    payout_id: int
    provider: str
    reference: str
    kind: str
    payment_id: int | None
    told: str
    gross: int
    fee: int
    net: int
    currency: str
    charged: int
    charged_currency: str
    at: datetime

    @property
    def is_exchanged(self) -> bool:
        """Whether the buyer paid in another currency."""
        return self.charged_currency != self.currency


def fee_of(kind: str, gross: int, fee: int) -> int:
    """What an item takes for the provider's services; one that is nothing but a fee may say so as its gross."""
    return fee - gross if kind == PayoutItemKind.FEE else fee
