"""Serves PaymentCodes: a transfer in euros as banking apps read it (EPC069-12, version 002)."""

from decimal import Decimal
from typing import ClassVar

from vetrina.kernel.money import digits
from vetrina.ports import AwaitedMoney, PaymentCodes, Policy
from vetrina_manual_payment.provider import TRANSFER
from vetrina_manual_payment.settings import ManualPaymentSettings
from vetrina_manual_payment.words import say

LONGEST_NAME, LONGEST_TEXT = 70, 140
MOST = Decimal("999999999.99")


class TransferCodes:
    """Keeps nothing."""

    policy: ClassVar[Policy] = PaymentCodes.policy

    def __init__(self, settings: ManualPaymentSettings) -> None:
        self._settings = settings

    async def code(self, awaited: AwaitedMoney) -> str | None:
        """Nothing where the account is another one by now than the buyer was told: what he reads and scans agrees."""
        settings = self._settings
        told = ["".join(value.split()) for value in awaited.instructions]
        is_theirs = bool(settings.iban) and settings.iban in told
        amount = Decimal(awaited.amount).scaleb(-digits(awaited.currency))
        if awaited.method != TRANSFER or awaited.currency != "EUR" or not is_theirs or not 0 < amount <= MOST:
            return None
        return transfer_code(
            bic=settings.bic,
            name=settings.account_holder,
            iban=settings.iban,
            amount=amount,
            text=say("order", awaited.language).replace("{order}", awaited.order_name),
        )


def transfer_code(*, bic: str, name: str, iban: str, amount: Decimal, text: str) -> str:
    """The lines of the code, in their order. `amount` in euros; `text` is what the transfer is for."""
    lines = (
        "BCD", "002", "1", "SCT", bic, _line(name, LONGEST_NAME), iban, f"EUR{amount:.2f}", "", "",
        _line(text, LONGEST_TEXT),
    )  # fmt: skip
    return "\n".join(lines)


def _line(text: str, limit: int) -> str:
    """On one line: a line end would be the next field."""
    return " ".join("".join(each if each.isprintable() else " " for each in text).split())[:limit].rstrip()
