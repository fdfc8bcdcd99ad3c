"""Serves DisputeDesk: the shop's side of a dispute, handed in to Stripe."""

from typing import ClassVar

from vetrina.kernel.clock import Clock
from vetrina.kernel.errors import Unavailable
from vetrina.plugin.words import Say
from vetrina.ports import DisputeDesk, DisputeEvidence, DisputeReport, Policy
from vetrina_stripe.disputing import report_of_dispute, told_evidence
from vetrina_stripe.refusals import StripeRefuses
from vetrina_stripe.sdk import Declined, KeyTaken, Line, NotDone, within

PATIENCE = 25.0
"""Seconds, less than the port's, so that the reason is known."""


class StripeDisputes:
    """Evidence is handed in whole and for good: Stripe takes it once."""

    policy: ClassVar[Policy] = DisputeDesk.policy

    def __init__(self, line: Line, clock: Clock) -> None:
        self._line, self._clock = line, clock

    async def submit_evidence(self, reference: str, evidence: DisputeEvidence) -> DisputeReport:
        if not reference.isidentifier():
            raise StripeRefuses(reason=Say("this is no dispute of Stripe's", it="non è una contestazione di Stripe"))
        async with within(PATIENCE):
            try:
                dispute = await self._line.post(
                    f"/v1/disputes/{reference}", evidence.key, evidence=told_evidence(evidence), submit="true"
                )
            except (Declined, NotDone) as no:
                raise StripeRefuses(reason=str(no)) from None
            except KeyTaken:
                raise Unavailable("this evidence is being handed in already") from None
        return report_of_dispute(dispute, at=self._clock.now())
