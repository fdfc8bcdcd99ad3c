"""The balance: one transaction for each movement of money, and the payouts that settle them."""

from typing import Any

from vetrina.testing.stripe.books import Books, Thing
from vetrina.testing.stripe.hooks import Hooks

DAY = 86_400
DISPUTE_FEE = 2_000


def enter(
    books: Books, kind: str, amount: int, currency: str, source: str, *, fee: int = 0, category: str = ""
) -> Thing:
    """Write a movement down; `amount` is what it adds before the fee, exchanged where the account settles otherwise."""
    settled, rate = books.exchange.get(currency, (currency, None))
    if rate is not None:
        amount, fee, currency = round(amount * rate), round(fee * rate), settled
    details = [{"amount": fee, "currency": currency, "type": "stripe_fee", "description": "Stripe processing fees"}]
    now = books.now()
    return books.add(
        "balance_transaction",
        "txn",
        amount=amount,
        available_on=now + 2 * DAY,
        currency=currency,
        description=None,
        exchange_rate=rate,
        fee=fee,
        fee_details=details if fee else [],
        net=amount - fee,
        reporting_category=category or kind,
        source=source,
        status="available",
        type=kind,
        payout_of_double=None,
    )


class Payouts:
    """What Stripe sends to the shop's bank account."""

    def __init__(self, books: Books, hooks: Hooks) -> None:
        self._books, self._hooks = books, hooks

    def pay_out(self, currency: str = "eur", *, status: str = "paid") -> Thing:
        """Settle all that moved in a currency and was not settled yet; the payout."""
        open_now = self._books.all(
            "balance_transaction", lambda txn: txn["currency"] == currency and txn["payout_of_double"] is None
        )
        amount = sum(txn["net"] for txn in open_now)
        payout = self._add(currency, amount)
        own = enter(self._books, "payout", -amount, currency, payout["id"])
        payout["balance_transaction"] = own["id"]
        for txn in (*open_now, own):
            txn["payout_of_double"] = payout["id"]
        self._hooks.tell("payout.created", payout)
        if status != "pending":
            self.move(payout["id"], status)
        return payout

    def move(self, reference: str, status: str) -> Thing:
        """The bank takes it (paid), gives it back (failed), or it is called off (canceled)."""
        payout = self._books.get("payout", reference)
        payout["status"] = status
        if status in ("failed", "canceled"):
            kind = "payout_failure" if status == "failed" else "payout_cancel"
            back = enter(self._books, kind, payout["amount"], payout["currency"], reference)
            payout["failure_balance_transaction"] = back["id"]
            payout["failure_code"] = "account_closed" if status == "failed" else None
        self._hooks.tell(f"payout.{status}" if status in ("paid", "failed", "canceled") else "payout.updated", payout)
        return payout

    def _add(self, currency: str, amount: int) -> Thing:
        now = self._books.now()
        fields: dict[str, Any] = {
            "amount": amount,
            "arrival_date": now + 2 * DAY,
            "automatic": True,
            "balance_transaction": None,
            "currency": currency,
            "description": "STRIPE PAYOUT",
            "destination": "ba_double",
            "failure_balance_transaction": None,
            "failure_code": None,
            "failure_message": None,
            "metadata": {},
            "method": "standard",
            "reconciliation_status": "completed",
            "source_type": "card",
            "statement_descriptor": None,
            "status": "pending",
            "type": "bank_account",
        }
        return self._books.add("payout", "po", **fields)
