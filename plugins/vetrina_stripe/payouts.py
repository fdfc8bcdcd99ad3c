"""Serves PayoutSource: what Stripe paid out, movement by movement, with the fee it kept of each."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import ClassVar, cast

from vetrina.kernel.errors import Unavailable
from vetrina.kernel.money import digits
from vetrina.ports import PayoutItem, PayoutReport, PayoutSource, Policy
from vetrina.vocabulary import PayoutItemKind, PayoutState
from vetrina_stripe.amounts import all_from_stripe, from_stripe
from vetrina_stripe.reports import Thing, id_of, inside, key_in, moment
from vetrina_stripe.sdk import Line, NotDone, within

PATIENCE = 55.0
"""Seconds, less than the port's, so that the reason is known."""
MOST_PAYOUTS, MOST_ITEMS = 5, 100
"""Pages of a hundred."""
UNDER_WAY = timedelta(days=10)
"""A payout that was made earlier than this does not change any more, but by failing, which makes a new movement."""
STATES: Mapping[str, PayoutState] = {
    "paid": PayoutState.PAID,
    "failed": PayoutState.FAILED,
    "canceled": PayoutState.CANCELLED,
}
KINDS: Mapping[str, PayoutItemKind] = {
    "charge": PayoutItemKind.CHARGE,
    "payment": PayoutItemKind.CHARGE,
    "refund": PayoutItemKind.REFUND,
    "payment_refund": PayoutItemKind.REFUND,
    "refund_failure": PayoutItemKind.REFUND_REVERSAL,
    "dispute": PayoutItemKind.DISPUTE,
    "dispute_reversal": PayoutItemKind.DISPUTE_REVERSAL,
    "stripe_fee": PayoutItemKind.FEE,
    "fee": PayoutItemKind.FEE,
    "tax": PayoutItemKind.FEE,
}
"""By a movement's type, or by the category it is reported in where the type is adjustment."""
SIGNS: Mapping[PayoutItemKind, int] = {
    PayoutItemKind.CHARGE: 1,
    PayoutItemKind.REFUND_REVERSAL: 1,
    PayoutItemKind.DISPUTE_REVERSAL: 1,
    PayoutItemKind.REFUND: -1,
    PayoutItemKind.DISPUTE: -1,
}
TRANSFERS = ("payout", "payout_cancel", "payout_failure")


class StripePayouts:
    """Reads payouts of the days before `since` too: they are under way so long."""

    policy: ClassVar[Policy] = PayoutSource.policy

    def __init__(self, line: Line) -> None:
        self._line = line

    async def payouts(self, since: datetime) -> tuple[PayoutReport, ...]:
        created = {"gte": int((since - UNDER_WAY).timestamp())}
        async with within(PATIENCE):
            try:
                pages = self._line.pages("/v1/payouts", most=MOST_PAYOUTS, created=created)
                found = [payout async for payout in pages if _may_have_changed(payout, since)]
                return tuple([await self._told(payout) for payout in found])
            except NotDone as no:
                raise Unavailable(f"Stripe does not tell of its payouts: {no}") from None

    async def _told(self, payout: Thing) -> PayoutReport:
        pages = self._line.pages(
            "/v1/balance_transactions", most=MOST_ITEMS, payout=payout["id"], expand=["data.source"]
        )
        moved = [movement async for movement in pages if not _is_itself(movement, payout)]
        currency = str(payout["currency"]).upper()
        return PayoutReport(
            reference=payout["id"],
            state=STATES.get(payout["status"], PayoutState.PENDING),
            amount=from_stripe(payout["amount"], currency),
            currency=currency,
            arrives_at=moment(payout.get("arrival_date")),
            items=items_of(moved, currency),
        )


def items_of(movements: Sequence[Thing], currency: str) -> tuple[PayoutItem, ...]:
    """Movements in our words; their nets add up to what Stripe's do."""
    nets = all_from_stripe((movement["net"] for movement in movements), currency)
    return tuple(_item(movement, net, currency) for movement, net in zip(movements, nets, strict=True))


def _item(movement: Thing, net: int, currency: str) -> PayoutItem:
    gross, kind = from_stripe(movement["amount"], currency), _kind(movement)
    if kind == PayoutItemKind.FEE:
        gross = 0
    about = inside(movement, "source")
    charged, charged_currency = _charged(movement, kind, about, currency)
    return PayoutItem(
        reference=movement["id"],
        kind=kind,
        gross=gross,
        fee=gross - net,
        net=net,
        currency=currency,
        at=cast("datetime", moment(movement["created"])),
        payment_key=key_in(about),
        provider_reference=id_of(about.get("payment_intent")),
        charged=charged,
        charged_currency=charged_currency,
    )


def _charged(movement: Thing, kind: PayoutItemKind, about: Thing, currency: str) -> tuple[int | None, str | None]:
    """What an exchanged movement was in the currency the buyer paid in: as what it is about says, else by the rate.

    Of a charge that was taken in part Stripe moves what was taken; of a dispute that is settled in steps, a step.
    """
    paid_in = str(about.get("currency") or currency).upper()
    rate = movement.get("exchange_rate")
    if paid_in == currency or kind not in SIGNS or not rate:
        return None, None
    told = about.get("amount_captured") or about.get("amount") or 0
    settled = abs(movement["amount"])
    # The rate is rounded to a few digits: what the source says is exact, if it is about the same money. Between
    # currencies of other decimals the rate is told in either unit, and the source alone is sure.
    is_all = abs(told * rate - settled) <= max(1, settled // 1000)
    exact = told if is_all or digits(paid_in) != digits(currency) else round(settled / rate)
    return from_stripe(exact, paid_in) * SIGNS[kind], paid_in


def _kind(movement: Thing) -> PayoutItemKind:
    """A movement whose money goes the other way, such as a dispute that came back unnamed, is an adjustment."""
    told = str(movement["type"])
    kind = KINDS.get(str(movement.get("reporting_category")) if told == "adjustment" else told)
    if kind is None or movement["amount"] * SIGNS.get(kind, 0) < 0:
        return PayoutItemKind.ADJUSTMENT
    return kind


def _is_itself(movement: Thing, payout: Thing) -> bool:
    """The payout's own way out of the balance; what came back of another one is a movement like any other."""
    return movement["type"] in TRANSFERS and id_of(movement.get("source")) == payout["id"]


def _may_have_changed(payout: Thing, since: datetime) -> bool:
    start = int(since.timestamp())
    is_settled = payout["status"] == "paid" and (payout.get("arrival_date") or start) < start - 2 * 86_400
    return payout["created"] >= start or not is_settled
