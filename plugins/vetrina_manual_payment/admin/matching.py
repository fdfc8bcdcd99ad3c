"""A bank statement is pasted, proposals are shown, and a person marks: nothing is marked by itself, nothing is kept."""

from collections.abc import Sequence

from vetrina.kernel.money import Money
from vetrina.plugin import Context, Say
from vetrina.plugin.admin import Asked, Badge, Block, Button, Column, Done, Form, Link, Row, Table, Text
from vetrina.views.payments.awaited_money import AwaitedRow, awaited_money
from vetrina_manual_payment.admin.forms import StatementForm
from vetrina_manual_payment.admin.shown import mark_button, may_write
from vetrina_manual_payment.receipts import PROVIDER
from vetrina_manual_payment.statements import Line, Proposal, propose, read_statement

MOST_AWAITED, PAGE = 5_000, 500
MOST_SHOWN = 200
COLUMNS = (
    Column(Say("Day", "Giorno")),
    Column(Say("Came", "Arrivato"), "end"),
    Column(Say("Text", "Causale")),
    Column(Say("Perhaps for", "Forse per")),
    Column(Say("Due", "Dovuto"), "end"),
    Column(Say("Agrees", "Coincide")),
)
REASONS = {
    "number": Say("order", "ordine"),
    "amount": Say("amount", "importo"),
    "name": Say("name", "nome"),
}


async def show(ctx: Context, asked: Asked) -> Sequence[Block]:
    """The form."""
    meant = Say(
        "Paste what your bank lets you export. Lines are compared with what is awaited, and you decide.",
        "Incolla ciò che la banca ti fa esportare. Le righe si confrontano con ciò che si attende, e decidi tu.",
    )
    return [Text(meant), Form("match", StatementForm, Say("Compare", "Confronta"))]


async def match(ctx: Context, asked: Asked, sent: StatementForm) -> Done:
    """Proposals, shown once."""
    lines = read_statement(sent.statement, sent.currency)
    found = propose(lines, await _awaited(ctx))
    rows = [row for line, proposals in found for row in _rows(ctx, line, proposals)]
    fits = sum(1 for _, proposals in found if proposals)
    told = Say(
        f"{fits} of {len(lines)} lines may be for an order.",
        f"{fits} righe su {len(lines)} possono essere di un ordine.",
    )
    table = Table(COLUMNS, tuple(rows[:MOST_SHOWN]), Say("No money came.", "Non è arrivato denaro."))
    return Done(told, to="", blocks=(table,))


async def _awaited(ctx: Context) -> list[AwaitedRow]:
    rows, last = list[AwaitedRow](), 0
    while len(rows) < MOST_AWAITED and (page := await awaited_money(ctx.db, PROVIDER, after_id=last, limit=PAGE)):
        rows += page
        last = page[-1].payment_id
    return rows


def _rows(ctx: Context, line: Line, proposals: Sequence[Proposal]) -> list[Row]:
    came = (line.on, Money(line.amount, line.currency), line.text)
    if not proposals:
        return [Row((*came, Badge(Say("Nothing fits", "Nulla corrisponde")), None, ""))]
    return [Row((*came, *_fit(proposal)), buttons=_buttons(ctx, proposal)) for proposal in proposals]


def _fit(proposal: Proposal) -> tuple[Link, Money, Badge]:
    row = proposal.row
    words = [REASONS[reason] for reason in proposal.reasons]
    said = Say(", ".join(word.en for word in words), ", ".join(word.it for word in words))
    tone = "good" if proposal.is_sure else "warning"
    return Link(f"#{row.number}", f"orders/{row.order_id}"), Money(row.amount, row.currency), Badge(said, tone)


def _buttons(ctx: Context, proposal: Proposal) -> tuple[Button, ...]:
    """Only where the amount agrees: what is less or more has to be dealt with on the order's page."""
    if "amount" not in proposal.reasons or not may_write(ctx):
        return ()
    return (mark_button(proposal.row, proposal.line.on.isoformat(), proposal.line.text),)
