"""Rows for the demo: a welcome code, free delivery from a threshold on, three for two, steps, and a gift card."""

from vetrina.kernel.money import Money, digits
from vetrina.plugin import Context
from vetrina.views.catalog.eligibility import collection_names
from vetrina_promotions.flows.cards import write_card
from vetrina_promotions.flows.promotions import PromotionSheet, create_promotion
from vetrina_promotions.rules import WHOLE, Scope, Terms, Tier

WELCOME = "BENVENUTO10"
CARD = "VETR-DEMO-CARD-2026"
"""The code of a gift card that the demo lets everybody try; other shops draw theirs."""

THANKS = "VETR-GRAZIE-2026"
"""Another one, with which one of the demo's orders is paid in part."""


async def show_off(ctx: Context) -> None:
    """Promotions a delicatessen would have, in its own currency."""
    currency = ctx.place.currency
    unit = 10 ** digits(currency)
    everything = ("product", "order", "shipping")
    welcome = Terms(kind="order", off=100_000, customers="first_order", combines=("product", "shipping"))
    await create_promotion(
        ctx, PromotionSheet(title="Benvenuto: 10%", terms=welcome, is_automatic=False, codes=(WELCOME,))
    )
    free = Terms(kind="shipping", off=WHOLE, least_subtotal=60 * unit, currency=currency, combines=everything)
    await create_promotion(ctx, PromotionSheet(title="Spedizione gratuita da 60 €", terms=free))
    steps = Terms(
        kind="order", value="amount", off=0, currency=currency, combines=("product", "shipping"),
        tiers=(Tier(100 * unit, 10 * unit), Tier(200 * unit, 30 * unit)),
    )  # fmt: skip
    await create_promotion(ctx, PromotionSheet(title="Più compri, più risparmi", terms=steps))
    found = await collection_names(ctx.db, 1)
    shelf = Scope(collection_ids=tuple(row.id for row in found))
    three = Terms(
        kind="buy_get", off=WHOLE, buys=shelf, scope=shelf, buys_quantity=2, gets_quantity=1, combines=everything
    )
    title = f"3x2 {found[0].title}" if found else "3x2"
    await create_promotion(ctx, PromotionSheet(title=title, terms=three))
    async with ctx.tx() as session:
        note = "Demo card: anybody may try it"
        await write_card(ctx, session, Money(50 * unit, currency), CARD, note=note)
        await write_card(ctx, session, Money(15 * unit, currency), THANKS, note="Grazie per la pazienza")
