"""One discount: what it does, what it brought, its codes, and everything that can be done with it."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

import msgspec

from vetrina.graphql import write_cursor
from vetrina.kernel.errors import NotFound
from vetrina.plugin import Context, Say
from vetrina.plugin.admin import Asked, Block, Button, Cell, Column, Done, Facts, Form, Row, Section, Table, Text
from vetrina_promotions.admin.discounts import given
from vetrina_promotions.admin.forms import CodesForm, DrawForm
from vetrina_promotions.admin.new import BY_KIND, KindOfDiscount, drawn_form, sheet_of
from vetrina_promotions.admin.shown import KINDS, STATUSES, below_in, key_in, may, number_in
from vetrina_promotions.drafts import amount_words, names_of, off_words, scope_words
from vetrina_promotions.flows import codes, promotions
from vetrina_promotions.rules import Terms
from vetrina_promotions.sentences import money, summary
from vetrina_promotions.views.promotions import (
    PromotionRow,
    ResultRow,
    code_list,
    customers_of,
    promotions_by_id,
    results_of,
)

WHAT = "The discount"
PAGE = 25


async def show(ctx: Context, asked: Asked) -> Sequence[Block]:
    """The sentence, the facts, the codes; below, the form and the buttons."""
    row = await _found(ctx, asked)
    terms = row.known_terms()
    names = await names_of(ctx.db, [terms.scope, terms.buys])
    results = (await results_of(ctx.db, [row.id])).get(row.id, [])
    blocks: list[Block] = [
        Text(summary(terms, names, is_automatic=row.is_automatic, per_customer=row.per_customer)),
        Facts(_facts(ctx, row, results)),
    ]
    writes = may(ctx, "promotions.write")
    if not row.is_automatic:
        blocks.append(Section(Say("Codes", "Codici"), await _codes(ctx, asked, row, writes=writes)))
    if writes:
        kind = BY_KIND[terms.kind]
        form, _ = await drawn_form(ctx, kind.form, is_new=False)
        values = await _values(ctx, row, terms)
        change = Form(f"change-{kind.path}", form, Say("Save", "Salva"), values)
        blocks += [
            Section(Say("Change", "Modifica"), (change,)),
            Section(Say("Pause or remove", "Sospendi o rimuovi"), _switches(row)),
        ]
    return blocks


def changing(kind: KindOfDiscount) -> Callable[[Context, Asked, Any], Awaitable[Done]]:
    """What the form of a kind does on this page."""

    async def change(ctx: Context, asked: Asked, sent: Any) -> Done:
        sheet = msgspec.structs.replace(await sheet_of(ctx, kind, sent), codes=())
        await promotions.update_promotion(ctx, key_in(asked, WHAT), sheet)
        return Done(Say("The discount is changed.", "Lo sconto è stato modificato."))

    return change


async def pause(ctx: Context, asked: Asked, sent: Any) -> Done:
    """Let it count no more for now."""
    await promotions.pause_promotion(ctx, key_in(asked, WHAT))
    return Done(Say("It counts for no cart now.", "Ora non vale per nessun carrello."))


async def resume(ctx: Context, asked: Asked, sent: Any) -> Done:
    """Let it count again."""
    await promotions.resume_promotion(ctx, key_in(asked, WHAT))
    return Done(Say("It counts again.", "Vale di nuovo."))


async def remove(ctx: Context, asked: Asked, sent: Any) -> Done:
    """Remove it with its codes."""
    await promotions.delete_promotion(ctx, key_in(asked, WHAT))
    return Done(Say("The discount is removed.", "Lo sconto è stato rimosso."), to="discounts")


async def add(ctx: Context, asked: Asked, sent: CodesForm) -> Done:
    """Codes by hand."""
    await codes.add_codes(ctx, key_in(asked, WHAT), sent.codes, sent.limit)
    return Done(Say("The codes are added.", "I codici sono stati aggiunti."))


async def draw(ctx: Context, asked: Asked, sent: DrawForm) -> Done:
    """Codes by chance."""
    count = await codes.generate_codes(
        ctx, key_in(asked, WHAT), sent.count, prefix=sent.prefix, length=sent.length, usage_limit=sent.limit
    )
    return Done(Say(f"{count} codes are drawn.", f"Sono stati generati {count} codici."))


async def remove_one(ctx: Context, asked: Asked, sent: Mapping[str, str]) -> Done:
    """Remove a code; the button says which."""
    await codes.remove_code(ctx, number_in(sent.get("code", ""), "The code"))
    return Done(Say("The code is removed.", "Il codice è stato rimosso."))


async def _found(ctx: Context, asked: Asked) -> PromotionRow:
    key = key_in(asked, WHAT)
    row = (await promotions_by_id(ctx.db, [key])).get(key)
    if row is None:
        raise NotFound(what=WHAT)
    return row


def _facts(ctx: Context, row: PromotionRow, results: Sequence[ResultRow]) -> tuple[tuple[Say, Cell], ...]:
    sales = [", ".join(money(one.sales, one.currency, language) for one in results) for language in ("en", "it")]
    used: Cell = (
        Say(f"{row.uses} of {row.usage_limit}", f"{row.uses} di {row.usage_limit}") if row.usage_limit else None
    )
    return (
        (Say("Title", "Titolo"), row.title),
        (Say("Kind", "Tipo"), KINDS[row.kind]),
        (Say("State", "Stato"), STATUSES[row.status(ctx.now())]),
        (Say("Begins", "Inizia"), row.starts_at),
        (Say("Ends", "Termina"), row.ends_at),
        (Say("Uses taken", "Utilizzi presi"), used),
        (Say("Orders", "Ordini"), sum(one.orders for one in results)),
        (Say("Taken off", "Sconto dato"), given(results)),
        (Say("Sales of these orders", "Vendite di questi ordini"), Say(*sales) if results else None),
    )


async def _codes(ctx: Context, asked: Asked, row: PromotionRow, *, writes: bool) -> tuple[Block, ...]:
    found = await code_list(ctx.db, row.id, size=PAGE + 1, below=below_in(asked))
    sure = Say("Remove this code?", "Rimuovere questo codice?")
    rows = tuple(
        Row(
            (code.code, code.uses, code.usage_limit, code.created_at),
            buttons=(Button("remove-code", Say("Remove", "Rimuovi"), {"code": str(code.id)}, confirm=sure),)
            if writes
            else (),
        )
        for code in found[:PAGE]
    )
    columns = (
        Column(Say("Code", "Codice")),
        Column(Say("Used", "Usato"), "end"),
        Column(Say("At most", "Al massimo"), "end"),
        Column(Say("Added", "Aggiunto")),
    )
    empty = Say("It has no code: nobody can use it. Add one.", "Non ha codici: nessuno può usarlo. Aggiungine uno.")
    after = write_cursor(found[PAGE - 1].id) if len(found) > PAGE else None
    table = Table(columns, rows, empty, after=after)
    if not writes:
        return (table,)
    return (
        table,
        Form("add-codes", CodesForm, Say("Add codes", "Aggiungi codici")),
        Form("draw-codes", DrawForm, Say("Draw codes", "Genera codici")),
    )


async def _values(ctx: Context, row: PromotionRow, terms: Terms) -> dict[str, Any]:
    """What stands in the form; what a kind's form does not have is passed over."""
    scope, buys = await scope_words(ctx.db, terms.scope), await scope_words(ctx.db, terms.buys)
    minimum = "subtotal" if terms.least_subtotal else "quantity" if terms.least_quantity else "none"
    by_money = terms.tier_by == "subtotal"
    return {
        "title": row.title,
        "value": terms.value,
        "off": off_words(terms, terms.off) if terms.off else None,
        "currency": terms.currency or ctx.place.currency,
        "each": terms.each,
        "collections": list(scope.collections),
        "products": list(scope.products),
        "variants": list(scope.variants),
        "spares_reduced": terms.spares_reduced,
        "minimum": minimum,
        "least": amount_words(terms, terms.least_subtotal) if terms.least_subtotal else terms.least_quantity or None,
        "tier_by": terms.tier_by,
        "tiers": [
            {"at": amount_words(terms, tier.at) if by_money else tier.at, "off": off_words(terms, tier.off)}
            for tier in terms.tiers
        ],
        "buys_quantity": terms.buys_quantity or None,
        "buys_subtotal": amount_words(terms, terms.buys_subtotal) if terms.buys_subtotal else None,
        "buys_collections": list(buys.collections),
        "buys_products": list(buys.products),
        "gets_quantity": terms.gets_quantity or 1,
        "most_times": terms.most_times,
        "most_delivery": None if terms.most_delivery is None else amount_words(terms, terms.most_delivery),
        "customers": terms.customers,
        "emails": await customers_of(ctx.db, row.id),
        "markets": [str(key) for key in terms.market_ids],
        "starts_at": row.starts_at,
        "ends_at": row.ends_at,
        "usage_limit": row.usage_limit,
        "per_customer": row.per_customer,
        "combines": list(terms.combines),
    }


def _switches(row: PromotionRow) -> tuple[Block, ...]:
    sure = Say("Remove the discount with all its codes?", "Rimuovere lo sconto con tutti i suoi codici?")
    switch = (
        Button("pause", Say("Pause", "Sospendi"))
        if row.paused_at is None
        else Button("resume", Say("Resume", "Riprendi"), tone="good")
    )
    return (switch, Button("remove", Say("Remove", "Rimuovi"), tone="bad", confirm=sure))
