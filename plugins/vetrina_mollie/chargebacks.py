"""Serves DisputeSource: money that buyers had their banks take back."""

from datetime import datetime
from typing import ClassVar, cast

from vetrina.kernel.errors import Unavailable
from vetrina.ports import DisputeReport, DisputeSource, Policy
from vetrina.vocabulary import DisputeState
from vetrina_mollie.amounts import from_mollie
from vetrina_mollie.finding import retrieved
from vetrina_mollie.reports import embedded, key_in, moment
from vetrina_mollie.sdk import Line, NotDone, Thing, part, within

PATIENCE = 9.0
"""Seconds."""


class MollieChargebacks:
    """Mollie takes the money at once and asks for no evidence by its interface: a chargeback is lost until reversed."""

    policy: ClassVar[Policy] = DisputeSource.policy

    def __init__(self, line: Line) -> None:
        self._line = line

    async def disputes_over(self, provider_reference: str) -> tuple[DisputeReport, ...]:
        async with within(PATIENCE):
            try:
                payment = await retrieved(self._line, provider_reference)
            except NotDone as no:
                raise Unavailable(f"Mollie does not tell of chargebacks: {no}") from None
        if payment is None:
            return ()
        return tuple(_report(chargeback, payment) for chargeback in embedded(payment, "chargebacks"))


def _report(chargeback: Thing, payment: Thing) -> DisputeReport:
    reversed_at = moment(chargeback.get("reversedAt"))
    reason = part(chargeback, "reason")
    return DisputeReport(
        reference=chargeback["id"],
        payment_key=key_in(payment),
        provider_reference=payment["id"],
        state=DisputeState.LOST if reversed_at is None else DisputeState.WON,
        amount=from_mollie(chargeback["amount"]),
        currency=str(chargeback["amount"]["currency"]),
        at=reversed_at or cast("datetime", moment(chargeback["createdAt"])),
        reason=str(reason.get("description") or reason.get("code") or "")[:200],
    )
