"""Serves PayoutSource: what Mollie settled to the bank, payment by payment, and what it kept of it."""

from collections.abc import Mapping
from datetime import datetime
from typing import ClassVar, cast

from vetrina.kernel.errors import Unavailable
from vetrina.ports import PayoutItem, PayoutReport, PayoutSource, Policy
from vetrina.vocabulary import PayoutItemKind, PayoutState
from vetrina_mollie.amounts import from_mollie
from vetrina_mollie.refusals import KeyNotTaken
from vetrina_mollie.reports import key_in, moment
from vetrina_mollie.sdk import Line, NotDone, Thing, part, things, within

PATIENCE = 55.0
"""Seconds, less than the port's, so that the reason is known."""
MOST_SETTLEMENTS, MOST_ITEMS = 2, 40
"""Pages of 250."""
STATES: Mapping[str, PayoutState] = {
    "pending": PayoutState.PENDING,
    "paidout": PayoutState.PAID,
    "failed": PayoutState.FAILED,
}
"""One that is open still grows, and is no payout yet."""
KINDS = (
    ("settlements.list_payments", "payments", PayoutItemKind.CHARGE, ""),
    ("settlements.list_captures", "captures", PayoutItemKind.CHARGE, ""),
    ("settlements.list_refunds", "refunds", PayoutItemKind.REFUND, ""),
    ("settlements.list_chargebacks", "chargebacks", PayoutItemKind.DISPUTE, ":charged-back"),
)


class MollieSettlements:
    """Asks with the organisation's token: a profile's key may not read settlements."""

    policy: ClassVar[Policy] = PayoutSource.policy

    def __init__(self, line: Line) -> None:
        self._line = line

    async def payouts(self, since: datetime) -> tuple[PayoutReport, ...]:
        async with within(PATIENCE):
            try:
                pages = self._line.pages("settlements.list", "settlements", most=MOST_SETTLEMENTS)
                found = list[Thing]()
                async for settlement in pages:
                    settled_at = moment(settlement.get("settledAt"))
                    if settled_at is not None and settled_at < since:
                        break
                    if settlement["status"] in STATES:
                        found.append(settlement)
                return tuple([await self._told(settlement) for settlement in found])
            except (NotDone, KeyNotTaken) as no:
                raise Unavailable(f"Mollie does not tell of its settlements: {no}") from None

    async def _told(self, settlement: Thing) -> PayoutReport:
        currency = str(settlement["amount"]["currency"])
        items = list[PayoutItem]()
        for verb, inside, kind, suffix in KINDS:
            async for thing in self._line.pages(verb, inside, most=MOST_ITEMS, settlement_id=settlement["id"]):
                # What somebody else pays out, such as PayPal or whoever issued a voucher, moves nothing here.
                if thing.get("settlementAmount"):
                    items.append(_item(thing, kind, suffix, currency))
        return PayoutReport(
            reference=settlement["id"],
            state=STATES[settlement["status"]],
            amount=from_mollie(settlement["amount"], currency),
            currency=currency,
            arrives_at=moment(settlement.get("settledAt")),
            items=(*items, *_costs(settlement, currency)),
        )


def _item(thing: Thing, kind: PayoutItemKind, suffix: str, currency: str) -> PayoutItem:
    """One movement, as much as it moved the balance; one that goes the other way is what undoes it."""
    gross = from_mollie(thing["settlementAmount"], currency)
    if kind == PayoutItemKind.DISPUTE and gross > 0:
        kind, suffix = PayoutItemKind.DISPUTE_REVERSAL, ":reversed"
    charged, charged_currency = _charged(thing, gross, currency)
    return PayoutItem(
        reference=f"{thing['id']}{suffix}",
        kind=kind,
        gross=gross,
        fee=0,
        net=gross,
        currency=currency,
        at=cast("datetime", moment(thing.get("paidAt") or thing["createdAt"])),
        payment_key=key_in(thing),
        provider_reference=thing.get("paymentId") or thing["id"],
        charged=charged,
        charged_currency=charged_currency,
    )


def _charged(thing: Thing, gross: int, currency: str) -> tuple[int | None, str | None]:
    """What it was in the currency the buyer paid in, where Mollie exchanged it: of a promise, as much as was taken.

    Mollie tells refunds and chargebacks without a sign there, and only what is settled with one.
    """
    paid = thing.get("amountCaptured") or thing["amount"]
    if paid["currency"] == currency:
        return None, None
    return abs(from_mollie(paid)) * (-1 if gross < 0 else 1), str(paid["currency"])


def _costs(settlement: Thing, currency: str) -> list[PayoutItem]:
    """What Mollie kept, tax included: it says so by month and kind of cost, not payment by payment."""
    at = moment(settlement.get("settledAt") or settlement.get("createdAt"))
    items = list[PayoutItem]()
    for year, months in sorted(part(settlement, "periods").items()):
        for month, period in sorted(part(months).items()):
            for number, cost in enumerate(things(part(period).get("costs"))):
                fee = from_mollie(cost["amountGross"], currency)
                items.append(
                    PayoutItem(
                        reference=f"{settlement['id']}:{year}-{month}:{number}",
                        kind=PayoutItemKind.FEE,
                        gross=0,
                        fee=fee,
                        net=-fee,
                        currency=currency,
                        at=cast("datetime", at),
                    )
                )
    return items
