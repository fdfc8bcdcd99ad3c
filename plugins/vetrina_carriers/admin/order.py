"""Beside an order: its labels, and the way to another one."""

from collections.abc import Sequence

from vetrina.plugin import Context, Say
from vetrina.plugin.admin import Block, Cell, Facts, Link
from vetrina.plugin.words import Words
from vetrina.views.orders.fulfilments import fulfilments_of
from vetrina.vocabulary import FulfilmentState
from vetrina_carriers.admin.shown import STATES, may, title_of
from vetrina_carriers.flows.labels import LABELS
from vetrina_carriers.views import ALIVE, accounts, labels_of_orders


async def panel(ctx: Context, subject: int | None) -> Sequence[Block]:
    """No labels and no packed parcel, no card."""
    if subject is None:
        return []
    labels = await labels_of_orders(ctx.db, [subject])
    parcels = await fulfilments_of(ctx.db, [subject])
    alive = {row.fulfilment_id for row in labels if row.state in ALIVE}
    facts: list[tuple[Words, Cell]] = []
    for row in labels:
        name = next((parcel.name for parcel in parcels if parcel.id == row.fulfilment_id), title_of(row.carrier))
        facts.append((name, Link(row.tracking_number or STATES[row.state].text, f"labels/{row.id}")))
        facts.append((Say(f"{name}, label", f"{name}, etichetta"), STATES[row.state]))
    if may(ctx, LABELS) and await accounts(ctx.db, only_active=True):
        for parcel in parcels:
            if parcel.id not in alive and parcel.state in (FulfilmentState.READY, FulfilmentState.SENT):
                facts.append((parcel.name, Link(Say("Buy a label", "Compra un'etichetta"), f"parcels/{parcel.id}")))
    return [Facts(tuple(facts))] if facts else []
