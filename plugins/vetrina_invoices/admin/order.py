"""An order's documents: a card beside it, and the page on which its invoice is issued, or issued anew."""

from collections.abc import Awaitable, Callable, Sequence

from vetrina.kernel.errors import NotFound
from vetrina.plugin import Context, Say
from vetrina.plugin.admin import Asked, Block, Cell, Done, Facts, Form, Link, Notice, Section, Table, Text
from vetrina.plugin.words import Words
from vetrina.views.orders.placed import OrderView, order_by_id
from vetrina_invoices.admin.forms import DetailsForm
from vetrina_invoices.admin.shown import COLUMNS, WAITS, document_row, may_write
from vetrina_invoices.flows.issuing import Settled, issue_anew, issue_now
from vetrina_invoices.flows.parties import Details, checked
from vetrina_invoices.settings import InvoicesSettings
from vetrina_invoices.views import documents_of, order_state, taken_for

Show = Callable[[Context, Asked], Awaitable[Sequence[Block]]]
Panel = Callable[[Context, int | None], Awaitable[Sequence[Block]]]
Act = Callable[[Context, Asked, DetailsForm], Awaitable[Done]]


def panel(settings: InvoicesSettings) -> Panel:
    """The card, by the settings of this Runtime; imported orders have none."""

    async def card(ctx: Context, subject: int | None) -> Sequence[Block]:
        order = await order_by_id(ctx.db, subject) if subject is not None else None
        if order is None or order.source_name is not None:
            return []
        rows = await documents_of(ctx.db, [order.id])
        facts: list[tuple[Words, Cell]] = [
            (
                Say("Invoice", "Fattura") if row.kind == "invoice" else Say("Credit note", "Nota di credito"),
                Link(row.name, f"documents/{row.id}"),
            )
            for row in rows
        ]
        state = await order_state(ctx.db, order.id)
        blocks: list[Block] = []
        if state is not None and state.waits_for:
            blocks.append(Notice(WAITS[state.waits_for], "warning"))
        if not rows:
            facts.append((Say("Stands in", "Sta in"), await _where(ctx, settings, order)))
        if may_write(ctx):
            said = Say("Credit and issue anew", "Storna e riemetti") if rows else Say("Issue invoice", "Emetti fattura")
            facts.append((Say("Actions", "Azioni"), Link(said, f"orders/{order.id}")))
        return [*blocks, Facts(tuple(facts))]

    return card


def show(settings: InvoicesSettings) -> Show:
    """The page, by the settings of this Runtime."""

    async def page(ctx: Context, asked: Asked) -> Sequence[Block]:
        order = await _order(ctx, asked)
        rows = await documents_of(ctx.db, [order.id])
        state = await order_state(ctx.db, order.id)
        details = state.details or {} if state else {}
        blocks: list[Block] = [Facts(((Say("Order", "Ordine"), Link(order.name, f"/admin/orders/{order.id}")),))]
        if state is not None and state.waits_for:
            blocks.append(Notice(WAITS[state.waits_for], "warning"))
        empty = Say("Nothing was issued for this order.", "Per questo ordine non è stato emesso nulla.")
        blocks.append(Table(COLUMNS, tuple(document_row(row) for row in rows), empty))
        if may_write(ctx):
            blocks.append(_again(details) if rows else _first(details))
        return blocks

    return page


def issue(settings: InvoicesSettings) -> Act:
    """The action that issues the invoice now."""

    async def now(ctx: Context, asked: Asked, sent: DetailsForm) -> Done:
        order = await _order(ctx, asked)
        done = await issue_now(ctx, settings, order.id, f"staff:{ctx.trail}", _given(sent, order))
        return _said(done)

    return now


def anew(settings: InvoicesSettings) -> Act:
    """The action that credits what was issued, and issues it again."""

    async def again(ctx: Context, asked: Asked, sent: DetailsForm) -> Done:
        order = await _order(ctx, asked)
        done = await issue_anew(ctx, settings, order.id, f"anew:{ctx.trail}", _given(sent, order))
        return _said(done)

    return again


def _first(details: dict[str, str]) -> Block:
    said = Say(
        "Its number is drawn now, and what it says can never change. Empty fields are as the order has them.",
        "Il numero viene assegnato ora e il contenuto non potrà più cambiare. I campi vuoti restano come nell'ordine.",
    )
    form = Form("issue", DetailsForm, Say("Issue the invoice", "Emetti la fattura"), details)
    return Section(Say("Issue the invoice", "Emetti la fattura"), (Text(said), form))


def _again(details: dict[str, str]) -> Block:
    said = Say(
        "A credit note takes back all that was invoiced, and a new invoice tells what the order stands at now. Refunds "
        "and changes of the order need nothing of this: their documents are issued by themselves.",
        "Una nota di credito storna tutto il fatturato e una nuova fattura dice a quanto ammonta l'ordine. Rimborsi "
        "e modifiche non ne hanno bisogno: i loro documenti si emettono da soli.",
    )
    form = Form("anew", DetailsForm, Say("Credit and issue anew", "Storna e riemetti"), details)
    return Section(Say("Made out wrongly?", "Intestazione sbagliata?"), (Text(said), form))


def _given(sent: DetailsForm, order: OrderView) -> Details:
    return checked(Details(**sent.model_dump()), order.country)


def _said(done: Settled) -> Done:
    count = len(done.document_ids)
    said = Say("The documents are issued.", "I documenti sono emessi.")
    if count == 1:
        said = Say("The invoice is issued.", "La fattura è emessa.")
    return Done(said, to=f"documents/{done.document_ids[-1]}")


async def _where(ctx: Context, settings: InvoicesSettings, order: OrderView) -> Words:
    if await taken_for(ctx.db, order.id):
        return Say("the daily takings", "i corrispettivi")
    if order.state == "cancelled":
        return Say("nothing: it is cancelled", "nulla: è annullato")
    if settings.issue_on == "sent":
        return Say("nothing yet: it is not sent", "ancora nulla: non è spedito")
    return Say("nothing yet: it is not paid", "ancora nulla: non è pagato")


async def _order(ctx: Context, asked: Asked) -> OrderView:
    given = asked.parts.get("order", "")
    known = int(given) if given.isascii() and given.isdecimal() and len(given) < 19 else 0
    order = await order_by_id(ctx.db, known)
    if order is None or order.source_name is not None:
        raise NotFound(what="The order")
    return order
