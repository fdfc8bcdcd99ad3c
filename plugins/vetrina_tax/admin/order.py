"""Beside an order: why it is taxed as it is."""

from collections.abc import Sequence

from vetrina.plugin import Context, Say
from vetrina.plugin.admin import Badge, Block, Cell, Facts, Notice
from vetrina.plugin.words import Words
from vetrina.views.orders.placed import order_by_id
from vetrina_tax.admin.shown import SCHEMES, country_named


async def panel(ctx: Context, subject: int | None) -> Sequence[Block]:
    """No treatment, no card."""
    order = await order_by_id(ctx.db, subject) if subject is not None else None
    if order is None or not order.tax_treatment:
        return []
    said, facts = order.tax_treatment, order.tax_treatment.get("facts", {})
    scheme: str = said["scheme"]
    found: list[tuple[Words, Cell]] = [
        (Say("Treatment", "Trattamento"), Badge(SCHEMES.get(scheme) or scheme)),
        (Say("Country", "Paese"), country_named(said["country"])),
    ]
    if said.get("vat_id"):
        found.append((Say("Buyer's VAT id", "Partita IVA di chi compra"), said["vat_id"]))
    if facts.get("vat_id_request"):
        found.append((Say("Consultation number", "Numero di consultazione"), facts["vat_id_request"]))
    if said.get("mention"):
        mention = Say(facts.get("mention_en", said["mention"]), facts.get("mention_it", said["mention"]))
        found.append((Say("The invoice says", "La fattura dice"), mention))
    rounding = Say("Per order", "Per ordine") if said.get("rounding") == "order" else Say("Line by line", "Per riga")
    found.append((Say("Rounding", "Arrotondamento"), rounding))
    blocks: list[Block] = [Facts(tuple(found))]
    if "answered_at" in said:
        stands_in = Say(
            "VAT could not be computed when this was ordered: an earlier answer to the same question stood in.",
            "L'IVA non era calcolabile al momento dell'ordine: vale una risposta precedente alla stessa domanda.",
        )
        blocks.append(Notice(stands_in, "warning"))
    return blocks
