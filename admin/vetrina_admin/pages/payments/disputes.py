"""Disputes: the list by deadline, and one with what the shop has to say to it."""

from datetime import date
from functools import partial

from vetrina.flows.payments.disputes import submit_evidence
from vetrina.kernel.errors import NotFound, Refusal
from vetrina.ports import DisputeDesk, DisputeEvidence
from vetrina.views.orders.fulfilments import fulfilments_of
from vetrina.views.orders.placed import order_by_id, order_lines
from vetrina.views.payments.disputes import DisputeTab, dispute_by_id, dispute_on_desk, disputes
from vetrina_admin.pages.actors import actor_names
from vetrina_admin.pages.answers import Answer, render, see_other
from vetrina_admin.pages.forms import Form
from vetrina_admin.pages.listings import chosen, listed, window_of
from vetrina_admin.pages.orders.after import title_of as goods_title
from vetrina_admin.pages.payments.providers import provider_title
from vetrina_admin.pages.payments_shown import DISPUTE_TONES, days_left, reason_text
from vetrina_admin.pages.refusals import Wrong, beside
from vetrina_admin.pages.visits import Visit

LINES = ("customer_name", "customer_email", "shipping_carrier", "tracking_number")
TEXTS = ("product_description", "billing_address", "shipping_address")
LONGEST_SOLD = 2_000


async def dispute_list(visit: Visit) -> Answer:
    """Disputes, those that wait for the shop first."""
    tab = DisputeTab(chosen(visit, "tab", tuple(DisputeTab)) or DisputeTab.ALL)
    window = window_of(visit, reverse=False)
    return render(
        visit,
        "payments/disputes.html",
        reason=partial(reason_text, visit.say),
        listed=listed(visit, await disputes(visit.ctx.db, tab, window), window),
        tab=tab,
        tabs=list(DisputeTab),
        tones=DISPUTE_TONES,
        days_left=partial(days_left, now=visit.ctx.now()),
    )


async def dispute_page(visit: Visit) -> Answer:
    """One dispute, and where evidence is written."""
    return await _shown(visit, Wrong(), {})


async def hand_in(visit: Visit, form: Form) -> Answer:
    """Hand in what was written."""
    key = visit.number("dispute")
    try:
        await submit_evidence(visit.ctx, key, _evidence(form))
    except Refusal as refusal:
        typed = {name: form.get(name) for name in ("statement", "shipped_on", *LINES, *TEXTS)}
        return await _shown(visit, beside(visit.say, refusal, "statement", *LINES, *TEXTS), typed)
    visit.tell("payments.handed_in")
    return see_other(visit, f"/admin/payments/disputes/{key}")


def _evidence(form: Form) -> DisputeEvidence:
    return DisputeEvidence(
        key="",
        statement=form.get("statement"),
        shipped_on=_day(form.get("shipped_on")),
        **{name: form.get(name) for name in (*LINES, *TEXTS)},
    )


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


async def _shown(visit: Visit, errors: Wrong, typed: dict[str, str]) -> Answer:
    db, key = visit.ctx.db, visit.number("dispute")
    row, dispute = await dispute_on_desk(db, key), await dispute_by_id(db, key)
    if row is None or dispute is None:
        raise NotFound(what="The dispute")
    if not typed and row.order_id is not None:
        typed = await _known_of(visit, row.order_id)
    now = visit.ctx.now()
    return render(
        visit,
        "payments/dispute.html",
        reason=partial(reason_text, visit.say),
        status=422 if errors else 200,
        row=row,
        dispute=dispute,
        tones=DISPUTE_TONES,
        days_left=partial(days_left, now=now),
        has_desk=visit.ctx.ports.find(DisputeDesk, row.provider) is not None,
        is_open=row.is_answerable and (row.evidence_due_at is None or row.evidence_due_at > now),
        actors=await actor_names(visit, [dispute.answered_by or ""]),
        title_of=partial(provider_title, visit),
        errors=errors,
        typed=typed,
    )


async def _known_of(visit: Visit, order_id: int) -> dict[str, str]:
    """What the order tells already."""
    order = await order_by_id(visit.ctx.db, order_id)
    if order is None:
        return {}
    lines = await order_lines(visit.ctx.db, [order_id])
    sold = "\n".join(f"{line.quantity} × {goods_title(line)}" for line in lines)
    found = {"customer_email": order.email or "", "product_description": sold[:LONGEST_SOLD]}
    sent = next((each for each in await fulfilments_of(visit.ctx.db, [order_id]) if each.sent_at is not None), None)
    if sent is not None and sent.sent_at is not None:
        found |= {
            "shipping_carrier": sent.tracking_company,
            "tracking_number": sent.tracking_number,
            "shipped_on": sent.sent_at.date().isoformat(),
        }
    for name, address in (("shipping_address", order.shipping_address), ("billing_address", order.billing_address)):
        if address:
            found[name] = _written(address)
            found.setdefault("customer_name", _joined(address, "first_name", "last_name"))
    return found


def _written(address: dict[str, object]) -> str:
    lines = (
        _joined(address, "first_name", "last_name"),
        _joined(address, "company"),
        _joined(address, "address1", "address2"),
        _joined(address, "zip", "city", "province", "country"),
    )
    return "\n".join(line for line in lines if line)


def _joined(address: dict[str, object], *names: str) -> str:
    return " ".join(str(address[name]) for name in names if address.get(name))
