"""What happens after a sale at the demo shop: orders that were changed, asked for, sent back and exchanged."""

from vetrina.demo.buying import Purchase, buy
from vetrina.flows.orders.amending import AmendWish, amend_order
from vetrina.flows.orders.returning import (
    FoundLine,
    ReturnWish,
    WantedLine,
    answer_return,
    ask_for_return,
    cancel_return,
    receive_return,
)
from vetrina.flows.orders.settling_returns import ReturnExchange, ReturnRefund, exchange_return, refund_return
from vetrina.flows.orders.whole import mark_as_paid
from vetrina.flows.parcels.fulfilling import FulfilWish, fulfil
from vetrina.flows.payments.asking import ask_for_payment
from vetrina.kernel.context import Context
from vetrina.views.catalog.bundles import variants_called
from vetrina.views.orders.placed import OrderView, order_lines
from vetrina.views.orders.returns import return_lines
from vetrina.views.stock import locations

BUYERS = (
    ("Giulia", "Bianchi", "Via Garibaldi 12", "20121", "Milano", "MI"),
    ("Marco", "Ferri", "Corso Vittorio 8", "10125", "Torino", "TO"),
    ("Elena", "Conti", "Via dei Banchi 3", "50123", "Firenze", "FI"),
    ("Paolo", "Greco", "Via Roma 44", "80133", "Napoli", "NA"),
    ("Sara", "Moretti", "Via Mazzini 21", "40137", "Bologna", "BO"),
    ("Luca", "Rinaldi", "Via Cavour 5", "00184", "Roma", "RM"),
    ("Chiara", "Villa", "Via San Marco 9", "37138", "Verona", "VR"),
)
SKUS = ("OIL-TAG-250", "OIL-COR-1L", "OIL-LEM-250", "VIN-TRA-12")
"""What is bought, added and given in exchange."""


async def happen(ctx: Context) -> int:
    """Seven orders of today and what became of them; how many could be placed."""
    known = await variants_called(ctx.db, SKUS)
    variants = [known[sku][0] for sku in SKUS]
    goods = ((variants[0], 2), (variants[1], 1))
    wishes = [Purchase(buyer=buyer, goods=goods, token=f"demo-{index}") for index, buyer in enumerate(BUYERS)]
    placed = [order for wish in wishes if (order := await buy(ctx, wish)) is not None]
    if len(placed) < len(BUYERS):
        return len(placed)
    waits, edited, asked, coming, here, settled, swapped = placed
    await ask_for_payment(ctx, waits.id, note="Il bonifico non è ancora arrivato: qui può pagare in un altro modo.")
    for order in placed[1:]:
        await mark_as_paid(ctx, order.id)
    await amend_order(
        ctx,
        AmendWish(order_id=edited.id, key="demo", add=((variants[2], 1),), note="Aggiunto al telefono.", asks=True),
    )
    for order in placed[2:]:
        await fulfil(ctx, FulfilWish(order_id=order.id, key="demo"))
    await _asked(ctx, asked, "NOT_AS_DESCRIBED", "La confezione è più piccola di come sembra.")
    await answer_return(ctx, await _asked(ctx, coming, "WITHDRAWAL"), approve=True, answer="Spedite a Torino, grazie.")
    await _received(ctx, await _asked(ctx, here, "DEFECTIVE", "Arrivato ammaccato."), scrap=True)
    closed = await _asked(ctx, settled, "UNWANTED")
    await _received(ctx, closed)
    await refund_return(ctx, ReturnRefund(return_id=closed))
    declined = await _asked(ctx, settled, "OTHER", key="second")
    await answer_return(ctx, declined, approve=False, answer="Il barattolo era già aperto: non possiamo riprenderlo.")
    given_up = await _asked(ctx, swapped, "STYLE", key="second")
    await cancel_return(ctx, given_up)
    exchanged = await _asked(ctx, swapped, "WRONG_ITEM")
    await _received(ctx, exchanged)
    await exchange_return(ctx, ReturnExchange(return_id=exchanged, add=((variants[3], 1),)))
    return len(placed)


async def _asked(ctx: Context, order: OrderView, reason: str, note: str = "", key: str = "demo") -> int:
    """A buyer asks to send one piece of the first line back."""
    line = (await order_lines(ctx.db, [order.id]))[0]
    wanted = (WantedLine(line_id=line.id, quantity=1, reason=reason),)
    return await ask_for_return(ctx, order.key, ReturnWish(order_id=order.id, lines=wanted, key=key, note=note))


async def _received(ctx: Context, return_id: int, *, scrap: bool = False) -> None:
    place = (await locations(ctx.db))[0].id
    found = [
        FoundLine(
            line_id=line.line_id,
            accepted=line.quantity,
            condition="damaged" if scrap else "new",
            disposition="scrap" if scrap else "restock",
            location_id=None if scrap else place,
        )
        for line in await return_lines(ctx.db, [return_id])
    ]
    await receive_return(ctx, return_id, found)
