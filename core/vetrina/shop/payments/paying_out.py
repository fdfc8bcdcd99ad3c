"""Payouts: their rows, and whether what a provider says of one adds up."""

from collections.abc import Mapping
from datetime import datetime

import msgspec

from vetrina.shop.payments.ports import PayoutReport
from vetrina.vocabulary import PayoutItemKind

SIGNS: Mapping[PayoutItemKind, int] = {
    PayoutItemKind.CHARGE: 1,
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
    at: datetime


def problem_with(report: PayoutReport) -> str | None:
    """What keeps a payout from being written down; a sum that differs is written down and shown instead."""
    seen = set[str]()
    for item in report.items:
        if item.net != item.gross - item.fee:
            return f"item {item.reference}: {item.net} is not {item.gross} - {item.fee}"
        if item.currency != report.currency:
            return f"item {item.reference} is in {item.currency}, the payout in {report.currency}"
        if item.gross * SIGNS.get(item.kind, 0) < 0:
            return f"item {item.reference} is a {item.kind} of {item.gross}"
        if item.reference in seen:
            return f"item {item.reference} stands there twice"
        seen.add(item.reference)
    return None


def fee_of(kind: str, gross: int, fee: int) -> int:
    """What an item takes for the provider's services; one that is nothing but a fee may say so as its gross."""
    return fee - gross if kind == PayoutItemKind.FEE else fee
