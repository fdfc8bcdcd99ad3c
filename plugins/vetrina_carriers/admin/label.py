"""One label: print it, give it back, decide what became of it."""

from collections.abc import Mapping, Sequence
from typing import Any

from vetrina.kernel.errors import NotFound, Unavailable
from vetrina.plugin import Context, Say
from vetrina.plugin.admin import Asked, Block, Button, Cell, Done, Facts, Form, Link, Notice, Section
from vetrina.plugin.words import Words
from vetrina_carriers.admin.forms import DecideForm
from vetrina_carriers.admin.shown import STATES, cost_of, key_in, may, service_named, title_of
from vetrina_carriers.flows.buying import settle_soon
from vetrina_carriers.flows.labels import LABELS, cancel_label, decide_label
from vetrina_carriers.kinds import KINDS
from vetrina_carriers.views import LabelRow, account_by_id, label_by_id, papers

SECONDS = 10.0


async def show(ctx: Context, asked: Asked) -> Sequence[Block]:
    """Facts, what is the matter, what can be done."""
    row = await _found(ctx, asked)
    account = await account_by_id(ctx.db, row.account_id)
    blocks: list[Block] = []
    if row.problem:
        blocks.append(Notice(row.problem, "warning"))
    facts: list[tuple[Words, Cell]] = [
        (Say("State", "Stato"), STATES[row.state]),
        (Say("Carrier", "Corriere"), title_of(row.carrier)),
        (Say("Account", "Contratto"), account.name if account is not None else None),
        (Say("Service", "Servizio"), service_named(account, row.service)),
        (Say("Tracking number", "Numero di tracciamento"), row.tracking_number or None),
        (Say("Shipment at the carrier", "Spedizione presso il corriere"), row.reference),
        (Say("Cost", "Costo"), cost_of(row)),
        (Say("Asked for", "Chiesta"), row.asked_at),
        (Say("Bought", "Comprata"), row.bought_at),
        (Say("Ended", "Conclusa"), row.ended_at),
    ]
    if row.order_id is not None:
        facts.append(
            (Say("Order", "Ordine"), Link(Say("Open the order", "Apri l'ordine"), f"/admin/orders/{row.order_id}"))
        )
    blocks.append(Facts(tuple(facts)))
    if not may(ctx, LABELS):
        return blocks
    if row.state == "bought" and any(paper.content for paper in await papers(ctx.db, [row.id])):
        way = Link(Say("Print the label", "Stampa l'etichetta"), f"print/{row.id}")
        blocks.append(Facts(((Say("Paper", "Documento"), way),)))
    return [*blocks, *_controls(row)]


async def cancel(ctx: Context, asked: Asked, sent: Mapping[str, str]) -> Done:
    """Give it back."""
    row = await _found(ctx, asked)
    await cancel_label(ctx, row.id)
    if row.state == "bought" and not KINDS[row.carrier].voids:
        return Done(Say("It is not used: throw it away. This carrier takes none back, and bills what it scans.",
                        "Non si usa: buttala. Questo corriere non le riprende, e fattura ciò che legge."))  # fmt: skip
    return Done(Say("The label is given back.", "L'etichetta è restituita."))


async def decide(ctx: Context, asked: Asked, sent: DecideForm) -> Done:
    """Say what became of it."""
    await decide_label(ctx, key_in(asked, "The label"), sent.tracking_number)
    return Done(Say("It is written down.", "È registrato."))


async def settle_now(ctx: Context, asked: Asked, sent: Any) -> Done:
    """Buy it now instead of waiting for a job."""
    ctx.require(LABELS)
    return told(await settle_soon(ctx, key_in(asked, "The label"), SECONDS))


def told(row: LabelRow) -> Done:
    """What came of a purchase, in a sentence. Raises Unavailable where nobody was told of it."""
    if row.state == "bought":
        return Done(Say("The label is bought.", "L'etichetta è comprata."), to=f"labels/{row.id}")
    if row.state == "failed":
        return Done(
            Say(f"The carrier refuses: {row.problem}", f"Il corriere rifiuta: {row.problem}"), to=f"labels/{row.id}"
        )
    if row.state == "waiting" and row.problem is None:
        raise Unavailable("the label waits")
    return Done(Say("The carrier has not answered yet; look again in a few minutes.",
                    "Il corriere non ha ancora risposto; guarda più tardi."), to=f"labels/{row.id}")  # fmt: skip


def _controls(row: LabelRow) -> list[Block]:
    if row.state == "bought":
        sure = Say("Give this label back? It must not be stuck onto anything.",
                   "Restituire l'etichetta? Non deve essere già incollata.")  # fmt: skip
        return [Button("cancel", Say("Give it back", "Restituisci"), tone="bad", confirm=sure)]
    if row.state == "unsure":
        form = Form("decide", DecideForm, Say("Write it down", "Registra"))
        return [Section(Say("What became of it", "Che cosa ne è stato"), (form,))]
    if row.state == "waiting":
        buy = Button("settle", Say("Buy it now", "Compra ora"), tone="good")
        return [buy, Button("cancel", Say("Do not buy it", "Non comprarla"), tone="bad")]
    return []


async def _found(ctx: Context, asked: Asked) -> LabelRow:
    row = await label_by_id(ctx.db, key_in(asked, "The label"))
    if row is None:
        raise NotFound(what="The label")
    return row
