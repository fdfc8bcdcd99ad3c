"""Customers who pay no VAT, and why."""

from collections.abc import Mapping, Sequence

from vetrina.kernel.errors import BadInput, NotFound
from vetrina.plugin import Context, Say
from vetrina.plugin.admin import Asked, Block, Button, Column, Done, Form, Row, Section, Table
from vetrina.views.customers import customer_by_email, customers_by_id
from vetrina_tax.admin.forms import ExemptionForm
from vetrina_tax.admin.shown import may_write
from vetrina_tax.flows.rates import end_exemption, exempt
from vetrina_tax.views import exemptions

COLUMNS = (
    Column(Say("Customer", "Cliente")),
    Column(Say("What the invoice says", "Che cosa dice la fattura")),
    Column(Say("Until", "Fino al")),
)


async def show(ctx: Context, asked: Asked) -> Sequence[Block]:
    """All of them."""
    found = await exemptions(ctx.db)
    known = await customers_by_id(ctx.db, [row.customer_id for row in found])
    sure = Say("Charge VAT to this customer again?", "Applicare di nuovo l'IVA a questo cliente?")
    rows = tuple(
        Row(
            (known[row.customer_id].display_name if row.customer_id in known else None, row.mention, row.until),
            buttons=(
                (Button("end", Say("End", "Termina"), {"customer": str(row.customer_id)}, "bad", sure),)
                if may_write(ctx)
                else ()
            ),
        )
        for row in found
    )
    empty = Say("Everybody pays VAT.", "Tutti pagano l'IVA.")
    blocks: list[Block] = [Table(COLUMNS, rows, empty)]
    if may_write(ctx):
        form = Form("exempt", ExemptionForm, Say("Exempt", "Esenta"))
        blocks.append(Section(Say("Exempt a customer", "Esenta un cliente"), (form,)))
    return blocks


async def exempt_customer(ctx: Context, asked: Asked, sent: ExemptionForm) -> Done:
    """Exempt whoever has that address."""
    customer = await customer_by_email(ctx.db, sent.email)
    if customer is None:
        said = Say("No customer with an account has that address.", "Nessun cliente con account ha questo indirizzo.")
        raise BadInput(field=("email",), problem=said)
    await exempt(ctx, customer.id, sent.mention, sent.until)
    return Done(Say("The customer pays no VAT now.", "Il cliente ora non paga l'IVA."))


async def end(ctx: Context, asked: Asked, sent: Mapping[str, str]) -> Done:
    """End an exemption."""
    given = sent.get("customer", "")
    if not (given.isascii() and given.isdecimal() and len(given) < 19):
        raise NotFound(what="The exemption")
    await end_exemption(ctx, int(given))
    return Done(Say("The customer pays VAT again.", "Il cliente paga di nuovo l'IVA."))
