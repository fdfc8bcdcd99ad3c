"""Builders of mails about what is owed and what was issued for it: a lowered amount, an invoice, a credit note."""

from datetime import UTC, datetime, time, timedelta

from vetrina.flows.mail import StoredDocument
from vetrina.flows.orders.papers import KeptDocument, order_papers
from vetrina.plugin import Context
from vetrina.ports import OrderDocuments
from vetrina.views.orders.refunds import refund_lines, refunds_of
from vetrina.vocabulary import OrderState
from vetrina_order_mails.drawing import boxes, goods
from vetrina_order_mails.drawing.sheet import Button
from vetrina_order_mails.drawing.tongue import Tongue
from vetrina_order_mails.facts import OrderFacts
from vetrina_order_mails.parts import Happening, Parts

DOCUMENTS = {"invoice": "invoice_issued", "credit_note": "credit_note_issued"}
"""The mail about each kind of document."""


def due(facts: OrderFacts, tongue: Tongue) -> dict[str, str]:
    """What is awaited, else what was awaited last."""
    money = facts.awaited or next((one for one in reversed(facts.money) if one.was_awaited), None)
    if money is None:
        return {}
    until = tongue.day(money.due_at) if money.due_at else ""
    return {"payment.amount": tongue.money(money.amount), "payment.due": until}


async def lowered(ctx: Context, facts: OrderFacts, tongue: Tongue, happening: Happening) -> Parts:
    """Less is asked for than before. Of an order that is cancelled its cancellation tells."""
    ids = [facts.order.id]
    waivers = [one for one in await refunds_of(ctx.db, ids) if one.waived and happening.subject_id in (None, one.id)]
    if not waivers:
        return Parts(at=ctx.now(), values=due(facts, tongue), is_moot=True)
    waiver, awaited = waivers[-1], facts.awaited
    pieces = [(one.line_id, one.quantity) for one in await refund_lines(ctx.db, ids) if one.refund_id == waiver.id]
    return Parts(
        at=waiver.created_at,
        values={**due(facts, tongue), "waived.amount": tongue.money(waiver.waived)},
        above=(boxes.pay_box(tongue, awaited, facts.code),) if awaited else (),
        items="waived" if pieces else "",
        pieces=tuple(pieces),
        sums=goods.current_sums(facts, tongue),
        is_moot=not waiver.notify or facts.order.state == OrderState.CANCELLED,
    )


async def documented(ctx: Context, facts: OrderFacts, tongue: Tongue, happening: Happening) -> Parts:
    """A document was issued; it goes along, or the mail leads to it."""
    found = _document(await _known(ctx, facts, happening), happening)
    if found is None:
        values = {"document.name": tongue.say("document.sample"), "document.total": tongue.money(facts.order.total)}
        return Parts(at=ctx.now(), values=values, is_moot=True)
    document = found.document
    is_enclosed = happening.encloses
    on = datetime.combine(document.issued_on, time.min, UTC)
    return Parts(
        at=on + timedelta(days=1),
        values={
            "document.name": document.name,
            "document.date": tongue.day(on),
            "document.total": tongue.money(document.total),
        },
        above=(boxes.document_box(tongue, document, is_enclosed=is_enclosed),),
        button=Button(tongue.say(f"go.{document.kind}"), document.url),
        encloses=(StoredDocument(found.provider, document.reference),) if is_enclosed else (),
    )


async def _known(ctx: Context, facts: OrderFacts, happening: Happening) -> list[KeptDocument]:
    """All of that kind; of a document that is named, what its keeper has. Raises PortFailed where he does not answer.

    A page leaves out who fails, but a mail that is left out is never written: it has to be tried again.
    """
    if happening.document is None:
        known = (await order_papers(ctx, facts.order.id)).documents
    else:
        provided = ctx.ports.find(OrderDocuments, happening.document[0])
        if provided is None:
            return []
        told = await ctx.ports.ask(provided, provided.implementation.papers, ctx, facts.order.id)
        known = tuple(KeptDocument(provided.key, document) for document in told.documents)
    return [kept for kept in known if DOCUMENTS.get(kept.document.kind) == happening.mail]


def _document(known: list[KeptDocument], happening: Happening) -> KeptDocument | None:
    """The one that is named, else the latest."""
    named = [kept for kept in known if happening.document in (None, (kept.provider, kept.document.reference))]
    return named[-1] if named else None
