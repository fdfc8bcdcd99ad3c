"""Checked documents as the shop's services write them down."""

from collections.abc import Mapping

from vetrina.flows.history.checking import CheckedCorrection, CheckedOrder
from vetrina.flows.history.lines import CheckedLine
from vetrina.flows.history.products import Shelved
from vetrina.kernel.crypto import draw_key
from vetrina.shop.corrections.rules import CorrectionDraft, CorrectionLineDraft
from vetrina.shop.customers.service import PastPerson
from vetrina.shop.orders.rules import (
    DraftDelivery,
    DraftDiscount,
    DraftLine,
    MoneyStanding,
    OrderDraft,
    OrderRecord,
    OrderRow,
    financial_status,
)
from vetrina.shop.orders.service.past import WrittenOrder
from vetrina.shop.payments.rules import PaymentRecord, RefundRecord
from vetrina.views.markets import Atlas, MarketRow
from vetrina.vocabulary import ELSEWHERE, FinancialStatus, FulfilmentStatus

People = Mapping[str, int | None]
"""Customers' ids by identity."""


def order_record(order: CheckedOrder, source: str, atlas: Atlas, people: People, shelved: Shelved) -> OrderRecord:
    """The order as it ended."""
    draft, market = order.draft, market_for(atlas, order.draft.currency, order.draft.country)
    lines = tuple(_line(line, shelved) for line in order.lines)
    moments = [draft.at, draft.sent_at, draft.payment and draft.payment.received_at]
    return OrderRecord(
        draft=OrderDraft(
            market_id=market.id,
            customer_id=_id_of(order.customer, people),
            currency=draft.currency,
            country=draft.country,
            language=draft.language or atlas.profile.language,
            prices_include_tax=market.prices_include_tax,
            email=order.customer.email if order.customer else None,
            phone=order.customer.phone if order.customer else None,
            shipping_address=order.address,
            billing_address=order.address,
            note="",
            attributes=(),
            lines=lines,
            discounts=_discounts(order),
            deliveries=_deliveries(order),
        ),
        key=draw_key(),
        source=source,
        name=order.name,
        financial_status=_status(order),
        fulfilment_status=_fulfilment(order),
        refunded=_refunded(order),
        placed_at=draft.at,
        sent_at=draft.sent_at,
        cancelled_at=draft.cancelled_at,
        cancel_reason=draft.cancel_reason if draft.cancelled_at else None,
        changed_at=max(
            *(moment for moment in moments if moment is not None),
            *(correction.at for correction in order.corrections),
            draft.at,
        ),
    )


def payment_record(order: CheckedOrder, row: OrderRow, source: str, actor: str) -> PaymentRecord | None:
    """The money that came for an order and what went back; None where none did."""
    payment = order.draft.payment
    if payment is None or not order.total:
        return None
    basis = "assumed" if payment.is_assumed else payment.method or "received"
    return PaymentRecord(
        key=draw_key(),
        order_id=row.id,
        provider=ELSEWHERE,
        method=f"{ELSEWHERE}:{payment.method or source}",
        reference=f"{source}:{basis}",
        amount=order.total,
        currency=order.draft.currency,
        received_at=payment.received_at,
        refunds=tuple(RefundRecord(-entry.amount, entry.at) for entry in order.corrections if entry.amount),
        actor=actor,
    )


def correction_draft(
    correction: CheckedCorrection,
    source: str,
    atlas: Atlas,
    people: People,
    shelved: Shelved,
    made: WrittenOrder | None,
) -> CorrectionDraft:
    """A correction, tied to the lines of its order where that is known."""
    positions = correction.positions or (None,) * len(correction.lines)
    return CorrectionDraft(
        kind=correction.kind,
        order_id=made.order.id if made else None,
        customer_id=_id_of(correction.customer, people),
        market_id=market_for(atlas, correction.currency, correction.country).id,
        currency=correction.currency,
        country=correction.country,
        delivery=correction.delivery,
        note=correction.note,
        source=source,
        name=correction.name,
        at=correction.at,
        lines=tuple(
            _correction_line(
                line,
                shelved,
                line_id=made.line_ids[position] if made and position is not None else None,
                # Money alone moves no goods.
                quantity=0 if correction.kind == "allowance" else line.quantity,
            )
            for line, position in zip(correction.lines, positions, strict=True)
        ),
    )


def market_for(atlas: Atlas, currency: str, country: str) -> MarketRow:
    """The market of the country if it sells in that currency, else the first that does, else the default one."""
    of_country = atlas.market_of(country)
    if of_country is not None and of_country.currency == currency:
        return of_country
    default = next(market for market in atlas.markets if market.is_default)
    return next((market for market in atlas.markets if market.currency == currency), default)


def _line(line: CheckedLine, shelved: Shelved) -> DraftLine:
    variant_id, product_id = shelved.of(line)
    return DraftLine(
        variant_id=variant_id,
        product_id=product_id,
        title=line.title,
        variant_title=line.variant_title,
        sku=line.sku,
        quantity=line.quantity,
        unit_price=line.unit_price,
        discount=line.discount,
        tax=0,
        requires_shipping=line.is_goods,
        rounding=line.subtotal - line.unit_price * line.quantity,
        subtotal_rest=line.subtotal_rest,
        discount_rest=line.discount_rest,
    )


def _correction_line(line: CheckedLine, shelved: Shelved, *, line_id: int | None, quantity: int) -> CorrectionLineDraft:
    variant_id, product_id = shelved.of(line)
    return CorrectionLineDraft(
        line_id=line_id,
        variant_id=variant_id,
        product_id=product_id,
        title=line.title,
        sku=line.sku,
        quantity=quantity,
        amount=line.subtotal,
        rest=line.subtotal_rest,
    )


def _discounts(order: CheckedOrder) -> tuple[DraftDiscount, ...]:
    """One discount for each title, with its share of each line."""
    shares: dict[str, list[tuple[int, int]]] = {}
    for position, line in enumerate(order.lines):
        if line.discount:
            shares.setdefault(line.discount_title, []).append((position, line.discount))
    return tuple(_discount(title, tuple(allocations)) for title, allocations in shares.items())


def _discount(title: str, allocations: tuple[tuple[int, int], ...]) -> DraftDiscount:
    amount = sum(share for _, share in allocations)
    return DraftDiscount(
        source=ELSEWHERE,
        code=None,
        title=title,
        target="line",
        target_selection="ENTITLED",
        method="EACH",
        percentage=None,
        fixed=amount,
        amount=amount,
        allocations=allocations,
    )


def _deliveries(order: CheckedOrder) -> tuple[DraftDelivery, ...]:
    if not order.delivery:
        return ()
    title = order.draft.delivery_title or "Delivery"
    return (DraftDelivery(group_key="1", provider=ELSEWHERE, option_handle="", title=title, amount=order.delivery),)


def _status(order: CheckedOrder) -> FinancialStatus:
    received = order.total if order.draft.payment else 0
    is_lost = order.draft.payment is None and order.draft.cancelled_at is not None
    money = MoneyStanding(authorised=received, captured=received, refunded=_refunded(order), is_lost=is_lost)
    return financial_status(order.total, 0, 0, money)


def _refunded(order: CheckedOrder) -> int:
    """What a paid order's corrections gave back."""
    return -sum(correction.amount for correction in order.corrections) if order.draft.payment else 0


def _fulfilment(order: CheckedOrder) -> FulfilmentStatus:
    if order.draft.cancelled_at is not None:
        return FulfilmentStatus.RESTOCKED
    return FulfilmentStatus.UNFULFILLED if order.draft.is_open else FulfilmentStatus.FULFILLED


def _id_of(person: PastPerson | None, people: People) -> int | None:
    return people[person.identity] if person is not None else None
