"""Take news of a dispute, and hand in the shop's evidence."""

import hashlib

import msgspec
import structlog

from vetrina.flows.auditing import audited
from vetrina.flows.payments.settling import Receipt
from vetrina.kernel import texts
from vetrina.kernel.context import Context
from vetrina.kernel.errors import NotFound
from vetrina.kernel.messages import emit, receive
from vetrina.shop.payments import service as payments
from vetrina.shop.payments.ports import DisputeDesk, DisputeEvidence, DisputeReport, PayoutSource
from vetrina.shop.payments.rules import ANSWERABLE, DisputeRow, EvidenceTooLate, NoDisputeDesk
from vetrina.views.payments.disputes import dispute_by_id, dispute_by_reference
from vetrina.views.payments.standing import payment_at_provider
from vetrina.vocabulary import DisputeState

log = structlog.get_logger(__name__)

LONGEST_STATEMENT = 20_000
_LINES = ("customer_name", "customer_email", "shipping_carrier", "tracking_number")
_TEXTS = {"product_description": 2_000, "billing_address": 500, "shipping_address": 500}


async def take_dispute(
    ctx: Context, provider_key: str, report: DisputeReport, receipt: Receipt | None = None
) -> DisputeRow | None:
    """Record what a provider says of a dispute: its state, its money in the ledger, the event. None changed nothing.

    News of a charge we do not know, news received before and old news change nothing. What a lost dispute takes is no
    refund of ours: the order keeps what was refunded, and the ledger says where the money went.
    """
    payment = await payment_at_provider(ctx.db, provider_key, report.payment_key, report.provider_reference)
    if payment is None:
        log.warning("a dispute over a charge we do not know", provider=provider_key, reference=report.reference)
        return None
    async with ctx.tx() as session:
        payment = await payments.locked(session, payment.id)
        if receipt is not None and not await receive(session, receipt.source, receipt.key, ctx.now()):
            return None
        recorded = await payments.record_dispute(
            session,
            payment,
            report,
            has_payouts=ctx.ports.find(PayoutSource, provider_key) is not None,
            at=ctx.now(),
            actor=ctx.actor.kind,
        )
        event = payments.dispute_event(recorded, payment)
        if event is not None:
            await emit(session, event, ctx.now())
    return recorded.dispute


async def submit_evidence(ctx: Context, dispute_id: int, evidence: DisputeEvidence) -> DisputeRow:
    """Hand in what the shop has to say to a dispute, before its deadline. Needs payments.write.

    The key of `evidence` is made here from what it says: the same evidence handed in twice is handed in once. Raises
    NotFound, BadInput, EvidenceTooLate, NoDisputeDesk, Unavailable.
    """
    ctx.require("payments.write")
    dispute = await dispute_by_id(ctx.db, dispute_id)
    if dispute is None:
        raise NotFound(what="The dispute")
    if DisputeState(dispute.state) not in ANSWERABLE:
        raise EvidenceTooLate(state=dispute.state)
    if dispute.evidence_due_at is not None and dispute.evidence_due_at <= ctx.now():
        raise EvidenceTooLate(state=dispute.state)
    desk = ctx.ports.find(DisputeDesk, dispute.provider)
    if desk is None:
        raise NoDisputeDesk(provider=dispute.provider)
    checked = _checked(evidence, dispute)
    report = await ctx.ports.ask(desk, desk.implementation.submit_evidence, dispute.reference, checked)
    if report.reference == dispute.reference:
        await take_dispute(ctx, dispute.provider, report)
    async with ctx.tx() as session:
        await payments.note_answer(session, dispute.id, at=ctx.now(), by=ctx.actor.name)
        await audited(
            ctx,
            session,
            "dispute.answered",
            f"payment:{dispute.payment_id}",
            before={"dispute": dispute.reference, "state": dispute.state},
            after={"dispute": dispute.reference, "state": report.state},
        )
    answered = await dispute_by_reference(ctx.db, dispute.provider, dispute.reference)
    assert answered is not None
    return answered


def _checked(evidence: DisputeEvidence, dispute: DisputeRow) -> DisputeEvidence:
    """Texts within their limits, and the key that follows from them."""
    said = {
        "statement": texts.text(evidence.statement, field=("statement",), limit=LONGEST_STATEMENT, required=True),
        **{name: texts.line(getattr(evidence, name), field=(name,)) for name in _LINES},
        **{name: texts.text(getattr(evidence, name), field=(name,), limit=limit) for name, limit in _TEXTS.items()},
    }
    checked = msgspec.structs.replace(evidence, key="", **said)
    digest = hashlib.sha256(msgspec.json.encode(checked)).hexdigest()[:16]
    return msgspec.structs.replace(checked, key=f"{dispute.provider}:{dispute.reference}:{digest}")
