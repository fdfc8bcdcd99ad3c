"""Rows for the demo: an invoice to a business, one to a buyer who asked, and what the takings hold of the others."""

from vetrina.plugin import Context
from vetrina.views.taxes import taxed_orders
from vetrina_invoices.flows.issuing import Wish, settle
from vetrina_invoices.flows.parties import Details
from vetrina_invoices.settings import InvoicesSettings

ASKED = (
    Details(
        name="Trattoria Da Nino srl",
        vat_id="IT00743110157",
        street="Via Mazzini 4",
        zip="10123",
        city="Torino",
        province="TO",
        country="IT",
    ),
    Details(tax_code="RSSMRA85T10A562S"),
    Details(),
)
"""Who wants an invoice, of the first orders there are."""


async def show_off(ctx: Context, settings: InvoicesSettings) -> None:
    """What a manager finds: some invoices, and takings of the rest."""
    orders = await taxed_orders(ctx.db, ctx.now().replace(year=ctx.now().year - 1), limit=60)
    for place, order in enumerate(orders):
        wanted = ASKED[place // 4] if place % 4 == 0 and place // 4 < len(ASKED) else None
        wish = Wish(
            order_id=order.id,
            occasion="demo",
            wanted_by="buyer" if wanted is not None else None,
            details=wanted,
        )
        await settle(ctx, settings, wish)
