"""One mail: when it is written, its words in both languages, how it looks for a real order, a test to oneself."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import msgspec

from vetrina.kernel.errors import BadInput, NotFound
from vetrina.plugin import Context, Say
from vetrina.plugin.admin import Asked, Block, Button, Column, Done, Facts, Form, Frame, Row, Section, Table, Text
from vetrina.plugin.words import LANGUAGES, spoken
from vetrina.views.finding.matching import EVERYTHING
from vetrina.views.orders.desk import OrderDeskOrder, orders_matching
from vetrina.views.orders.placed import OrderView
from vetrina.views.orders.queries import order_query
from vetrina.views.windows import Window
from vetrina_order_mails.admin.forms import ShowForm, WordsForm
from vetrina_order_mails.admin.mails import OFF, ON, OWN, SHIPPED
from vetrina_order_mails.flows import editing
from vetrina_order_mails.flows.telling import wording_of
from vetrina_order_mails.kinds import NAMES, Kind
from vetrina_order_mails.routes import shown_at
from vetrina_order_mails.rules import Wording
from vetrina_order_mails.views import own_words, silent

Run = Callable[[Context, Asked, Any], Awaitable[Done]]
LONGEST_NUMBER = 18
"""Digits; the database counts in 64 bits."""
TITLES = {"en": Say("In English", "In inglese"), "it": Say("In Italian", "In italiano")}


async def show(ctx: Context, asked: Asked) -> Sequence[Block]:
    """When and whether; the words; below, what they may name."""
    kind = _kind(asked)
    is_on = kind.name not in await silent(ctx.db)
    may_write = ctx.actor.kind == "system" or editing.WRITE in ctx.actor.permissions
    facts = Facts(
        (
            (Say("Mail", "Mail"), kind.title),
            (Say("When", "Quando"), kind.when),
            (Say("State", "Stato"), ON if is_on else OFF),
        )
    )
    blocks: list[Block] = [facts]
    if may_write:
        blocks.append(_switch(is_on=is_on))
    if ctx.actor.kind == "system" or editing.ORDERS in ctx.actor.permissions:
        blocks.append(_trial(may_write=may_write))
    own = await own_words(ctx.db)
    for language in LANGUAGES:
        wording = await wording_of(ctx, kind.name, language)
        blocks.append(_words(language, wording, is_own=(kind.name, language) in own, may_write=may_write))
    return [*blocks, _names(kind)]


def write_in(language: str) -> Run:
    """Keep the words of a language."""

    async def write(ctx: Context, asked: Asked, sent: WordsForm) -> Done:
        wording = Wording(sent.subject, sent.heading, sent.opening, sent.closing)
        await editing.write_words(ctx, _kind(asked).name, language, wording)
        return Done(Say("The mail is written in these words now.", "Ora la mail si scrive con queste parole."))

    return write


def reset_in(language: str) -> Run:
    """Take back the shipped words of a language."""

    async def reset(ctx: Context, asked: Asked, sent: Any) -> Done:
        await editing.reset_words(ctx, _kind(asked).name, language)
        return Done(Say("The mail is written as it is shipped.", "La mail torna alle parole predefinite."))

    return reset


async def switch(ctx: Context, asked: Asked, sent: Any) -> Done:
    """Write it from now on, or no longer."""
    is_on = sent.get("on") == "yes"
    await editing.switch_mail(ctx, _kind(asked).name, is_on=is_on)
    if is_on:
        return Done(Say("The mail is written from now on.", "La mail si scrive da ora in poi."))
    return Done(Say("The mail is written no longer.", "La mail non si scrive più."))


async def preview(ctx: Context, asked: Asked, sent: ShowForm) -> Done:
    """The mail about a real order, as people see it and as text."""
    kind, order = _kind(asked), await _order(ctx, sent.order)
    language = spoken(order.language if sent.language == "order" else sent.language)
    words = await editing.shown(ctx, kind.name, language, order.id)
    subject = Facts(((Say("Subject", "Oggetto"), words.subject), (Say("To", "A"), order.email or "")))
    about = Say(f"The mail about {order.name}", f"La mail per {order.name}")
    look = Section(Say("As people see it", "Come la si vede"), (Frame(about, shown_at(kind.name, language, order.id)),))
    text = Section(Say("Text", "Testo"), (Text(words.text),))
    return Done(about, to=f"mails/{kind.name}", blocks=(subject, look, text))


async def test(ctx: Context, asked: Asked, sent: ShowForm) -> Done:
    """The mail about a real order, to whoever asks."""
    kind, order = _kind(asked), await _order(ctx, sent.order)
    language = spoken(order.language if sent.language == "order" else sent.language)
    address = await editing.send_test(ctx, kind.name, language, order.id)
    return Done(Say(f"A test is on its way to {address}.", f"Una prova è in viaggio verso {address}."))


def _kind(asked: Asked) -> Kind:
    return editing.kind_of(asked.parts.get("mail", ""))


async def _order(ctx: Context, given: str) -> OrderView:
    """The order of that number, else the latest. Raises NotFound, BadInput."""
    ctx.require(editing.ORDERS)
    number = given.strip().removeprefix("#")
    if number and not (number.isascii() and number.isdecimal() and len(number) < LONGEST_NUMBER):
        raise BadInput(field=("order",), problem=Say("A number such as 1001.", "Un numero, per esempio 1001."))
    matching = order_query(f"name:{number}") if number else EVERYTHING
    found = await orders_matching(ctx.db, OrderDeskOrder.NUMBER, Window(size=1, is_backward=True), matching)
    if not found:
        raise NotFound(what="The order", field=("order",))
    return found[0].row


def _switch(*, is_on: bool) -> Button:
    if is_on:
        sure = Say("Write this mail no longer?", "Non scrivere più questa mail?")
        return Button("switch", Say("Switch off", "Spegni"), {"on": "no"}, tone="warning", confirm=sure)
    return Button("switch", Say("Switch on", "Accendi"), {"on": "yes"}, tone="good")


def _trial(*, may_write: bool) -> Section:
    look = Form("preview", ShowForm, Say("Preview", "Anteprima"))
    send = Form("test", ShowForm, Say("Send a test to me", "Invia una prova a me"))
    return Section(Say("See it with a real order", "Vedila con un ordine vero"), (look, send) if may_write else (look,))


def _words(language: str, wording: Wording, *, is_own: bool, may_write: bool) -> Section:
    state = Facts(((Say("Words", "Parole"), OWN if is_own else SHIPPED),))
    if not may_write:
        told = Facts(((Say("Subject", "Oggetto"), wording.subject), (Say("Heading", "Titolo"), wording.heading)))
        return Section(TITLES[language], (state, told, Text(wording.opening), Text(wording.closing)))
    form = Form(f"write-{language}", WordsForm, Say("Save", "Salva"), msgspec.structs.asdict(wording))
    if not is_own:
        return Section(TITLES[language], (state, form))
    sure = Say("Forget your words and take the shipped ones?", "Dimenticare le tue parole e riprendere le predefinite?")
    reset = Button(f"reset-{language}", Say("Back to the shipped words", "Torna alle predefinite"), confirm=sure)
    return Section(TITLES[language], (state, form, reset))


def _names(kind: Kind) -> Section:
    columns = (Column(Say("Write", "Scrivi")), Column(Say("and it says", "e dirà")))
    rows = tuple(Row((f"{{{{{name}}}}}", NAMES[name])) for name in kind.places)
    return Section(Say("What the words may name", "Che cosa possono dire le parole"), (Table(columns, rows, ""),))
