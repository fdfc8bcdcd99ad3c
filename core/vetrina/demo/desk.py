"""Orders that wait for who keeps the desk: parcels to pack, money to take, a dispute to answer, a point to reach."""

from datetime import timedelta

from vetrina.demo.buying import Purchase, buy
from vetrina.flows.parcels.fulfilling import FulfilWish, Tracking, fulfil
from vetrina.flows.payments.disputes import take_dispute
from vetrina.kernel.context import Context
from vetrina.ports import DisputeReport
from vetrina.views.catalog.bundles import variants_called
from vetrina.views.orders.placed import OrderView
from vetrina.views.payments.standing import payments_of_orders
from vetrina.vocabulary import DisputeState

CARD, LATER = "practice:card", "practice:card-later"
HOME = "shipping:standard"
GIFT = "VETR-GRAZIE-2026"
"""A gift card of the demo that is used up."""
OIL, LARGE, VINEGAR = "OIL-TAG-250", "OIL-COR-1L", "VIN-TRA-12"
BUYERS = (
    ("Marta", "Colombo", "Via Solferino 7", "20121", "Milano", "MI"),
    ("Davide", "Fontana", "Via Zamboni 15", "40126", "Bologna", "BO"),
    ("Irene", "Serra", "Via Maqueda 88", "90134", "Palermo", "PA"),
    ("Tommaso", "Gatti", "Via Po 31", "10124", "Torino", "TO"),
    ("Anna", "Santoro", "Via Merulana 60", "00185", "Roma", "RM"),
)
DAYS_LEFT = timedelta(days=6, hours=5)
FEE = 1_500
"""Minor units that a dispute costs."""


async def wait(ctx: Context) -> int:
    """Five orders that were paid by card; how many could be placed."""
    called = await variants_called(ctx.db, (OIL, LARGE, VINEGAR))
    oil, large, vinegar = (called[sku][0] for sku in (OIL, LARGE, VINEGAR))
    bought = (
        (((oil, 2), (vinegar, 1)), CARD, HOME, ""),
        (((large, 3), (oil, 1)), LATER, HOME, ""),
        (((large, 1),), CARD, HOME, ""),
        (((oil, 2),), CARD, "shipping:points", ""),
        (((large, 1), (oil, 1)), CARD, HOME, GIFT),
    )
    placed = list[OrderView]()
    for index, (goods, pays, travels, gift) in enumerate(bought):
        purchase = Purchase(
            buyer=BUYERS[index], goods=goods, pays=pays, travels=travels, gift_card=gift, token=f"desk-{index}"
        )
        order = await buy(ctx, purchase)
        if order is None:
            continue
        placed.append(order)
        if index == 2:
            await _disputed(ctx, order)
    return len(placed)


async def _disputed(ctx: Context, order: OrderView) -> None:
    """It was sent; its buyer tells the bank that it never came."""
    url = "https://www.dhl.com/it-it/home/tracking.html?tracking-id=JD014600003912345678"
    tracking = Tracking(company="DHL Express", number="JD014600003912345678", url=url)
    await fulfil(ctx, FulfilWish(order_id=order.id, key="desk", tracking=tracking))
    (payment,) = await payments_of_orders(ctx.db, [order.id])
    report = DisputeReport(
        reference=f"practice-{payment.captured}-{FEE}-{payment.currency}-{payment.key}",
        state=DisputeState.NEEDS_RESPONSE,
        amount=payment.captured,
        currency=payment.currency,
        at=ctx.now(),
        payment_key=payment.key,
        fee=FEE,
        reason="product_not_received",
        evidence_due_at=ctx.now() + DAYS_LEFT,
    )
    await take_dispute(ctx, payment.provider, report)
