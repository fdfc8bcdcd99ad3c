"""One method: a new one of a zone, and one with its table."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from vetrina.kernel.money import Money
from vetrina.plugin import Context, Say
from vetrina.plugin.admin import Asked, Block, Button, Column, Done, Facts, Form, Link, Row, Section, Table
from vetrina_shipping.admin.forms import MethodForm
from vetrina_shipping.admin.reading import method_of_form, method_values
from vetrina_shipping.admin.words import BASES, KINDS, key_in, may_write, price_range, written
from vetrina_shipping.flows.methods import create_method, delete_method, found_method, update_method
from vetrina_shipping.flows.zones import found_zone
from vetrina_shipping.rules import Method
from vetrina_shipping.views import read_book


async def show_new(ctx: Context, asked: Asked) -> Sequence[Block]:
    """The form of a new method."""
    zone = found_zone(await read_book(ctx.db), key_in(asked, "The zone"))
    title = Say(f"A new method for {zone.name}", f"Un nuovo metodo per {zone.name}")
    currency = ctx.place.currency
    values = {
        "titles": {"en": "Standard delivery", "it": "Consegna standard"},
        "handle": "standard",
        "steps": [{"currency": currency, "over": 0, "upto": None, "price": "5"}],
    }
    return [Section(title, (Form("create", MethodForm, Say("Add the method", "Aggiungi il metodo"), values),))]


async def create(ctx: Context, asked: Asked, sent: MethodForm) -> Done:
    """Write a new method."""
    zone_id = key_in(asked, "The zone")
    await create_method(ctx, zone_id, await method_of_form(ctx, sent))
    return Done(Say("The method is there.", "Il metodo c'è."), to=f"zones/{zone_id}")


async def show(ctx: Context, asked: Asked) -> Sequence[Block]:
    """A method with its table."""
    zone, method = found_method(await read_book(ctx.db), key_in(asked, "The method"))
    facts = Facts((
        (Say("Zone", "Zona"), Link(zone.name, f"zones/{zone.id}")),
        (Say("Kind", "Tipo"), KINDS[method.kind]),
        (Say("Price", "Prezzo"), price_range(method)),
    ))  # fmt: skip
    tables: list[Block] = [_table(method, currency) for currency in method.tables]
    if not may_write(ctx):
        return [facts, *tables]
    form = Form("change", MethodForm, Say("Save", "Salva"), await method_values(ctx, method))
    sure = Say("Remove this method?", "Rimuovere questo metodo?")
    return [
        facts,
        *tables,
        form,
        Button("remove", Say("Remove the method", "Rimuovi il metodo"), tone="bad", confirm=sure),
    ]


async def change(ctx: Context, asked: Asked, sent: MethodForm) -> Done:
    """Write the method anew."""
    await update_method(ctx, key_in(asked, "The method"), await method_of_form(ctx, sent))
    return Done(Say("Saved.", "Salvato."))


async def remove(ctx: Context, asked: Asked, sent: Any) -> Done:
    """Remove it."""
    zone, method = found_method(await read_book(ctx.db), key_in(asked, "The method"))
    await delete_method(ctx, method.id)
    return Done(Say("The method is removed.", "Il metodo è stato rimosso."), to=f"zones/{zone.id}")


def _table(method: Method, currency: str) -> Table:
    """The prices in one currency, read from above: what the form below writes."""
    table, basis = method.tables[currency], method.basis
    columns = (Column(BASES[basis]), Column(Say(f"Price in {currency}", f"Prezzo in {currency}"), "end"))
    rows = [
        Row(
            (
                _span(written(step.over, basis, currency), written(step.upto, basis, currency)),
                Money(step.price, currency),
            )
        )
        for step in table.steps
    ]
    if table.unit:
        unit, most = written(table.unit, basis, currency), written(table.most, basis, currency)
        ends = (f", up to {most:f}", f", fino a {most:f}") if most is not None else ("", "")
        said = Say(f"every further {unit:f}{ends[0]}", f"ogni altro {unit:f}{ends[1]}")
        rows.append(Row((said, Money(table.per_unit, currency))))
    return Table(columns, tuple(rows), "")


def _span(over: Decimal | None, upto: Decimal | None) -> Say:
    least = over or Decimal(0)
    if upto is None:
        return Say("anything", "qualsiasi") if not least else Say(f"more than {least:f}", f"più di {least:f}")
    if not least:
        return Say(f"up to {upto:f}", f"fino a {upto:f}")
    return Say(f"more than {least:f}, up to {upto:f}", f"più di {least:f}, fino a {upto:f}")
