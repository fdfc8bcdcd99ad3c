"""A label for one parcel: account, service, boxes; the price first, then it is bought."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

import msgspec
from pydantic import BaseModel, Field

from vetrina.kernel.errors import BadInput, NotFound
from vetrina.kernel.money import Money, decimal_text, from_decimal
from vetrina.plugin import Context, Say
from vetrina.plugin.admin import Asked, Block, Button, Done, Facts, Figure, Figures, Form, Link, Notice, Section
from vetrina.ports import Parcel
from vetrina.views.orders.fulfilments import FulfilmentRow, fulfilment_by_id
from vetrina.views.orders.placed import order_by_id
from vetrina_carriers.admin.forms import BoxForm, choice_form, it, way_field
from vetrina_carriers.admin.label import SECONDS, told
from vetrina_carriers.admin.shown import day_of, key_in, service_named
from vetrina_carriers.flows.buying import settle_soon
from vetrina_carriers.flows.labels import LabelWish, ask_label, price_of
from vetrina_carriers.views import account_by_id, accounts


async def show(ctx: Context, asked: Asked) -> Sequence[Block]:
    """Where it goes, the form, and once a price was asked for, the button that buys."""
    parcel = await _found(ctx, asked)
    blocks: list[Block] = [
        Facts(
            (
                (Say("Parcel", "Collo"), parcel.name),
                (
                    Say("Order", "Ordine"),
                    Link(Say("Open the order", "Apri l'ordine"), f"/admin/orders/{parcel.order_id}"),
                ),
                (Say("Promised for", "Promesso per il"), day_of(parcel.promised_for)),
            )
        )
    ]
    quoted = asked.query.get("wish")
    if quoted:
        blocks += await _offer(ctx, parcel, quoted, asked.query.get("price", ""))
    if not await accounts(ctx.db, only_active=True):
        said = Say("Register an account first.", "Registra prima un contratto.")
        return [*blocks, Notice(said, "warning"), Facts(((said, Link(Say("Accounts", "Contratti"), "accounts")),))]
    typed = await _typed(ctx, _unpacked(quoted, parcel)) if quoted else {}
    form = Form("price", await form_of(ctx, asked), Say("Ask for the price", "Chiedi il prezzo"), typed)
    return [*blocks, Section(Say("How it travels", "Come viaggia"), (form,))]


async def form_of(ctx: Context, asked: Asked) -> type[BaseModel]:
    """An account with a service, boxes, what is printed on it, insurance."""
    mine = await accounts(ctx.db, only_active=True)
    boxes = Field(default=[], max_length=20, title="Boxes",
                  description="None: one usual box, as heavy as what lies in it",
                  json_schema_extra=it("Colli", "Nessuno: un collo abituale, pesante quanto il contenuto"))  # fmt: skip
    reference = Field(default="", max_length=34, title="Reference on the label", description="Empty: the parcel's name",
                      json_schema_extra=it("Riferimento sull'etichetta", "Vuoto: il nome del collo"))  # fmt: skip
    insured = Field(default=None, gt=0, title="Insured for",
                    description="In the order's currency, where the carrier sells it",
                    json_schema_extra=it("Assicurato per", "Nella valuta dell'ordine, dove il corriere lo vende"),
    )  # fmt: skip
    return choice_form(
        "ParcelForm",
        way=way_field(mine),
        boxes=(list[BoxForm], boxes),
        reference=(str, reference),
        insured=(Decimal | None, insured),
    )


async def price(ctx: Context, asked: Asked, sent: Any) -> Done:
    """Ask what it costs, and go back to the page with the answer."""
    parcel = await _found(ctx, asked)
    order = await order_by_id(ctx.db, parcel.order_id)
    account, _, service = str(sent.way).partition(":")
    if order is None or not account.isdecimal():
        raise BadInput(field=("way",), problem=Say("Choose an account.", "Scegli un contratto."), reason="required")
    insured = from_decimal(sent.insured, order.currency, field=("insured",)).amount if sent.insured else None
    wish = LabelWish(
        fulfilment_id=parcel.id, account_id=int(account), service=service, reference=sent.reference, insured=insured,
        parcels=tuple(_box(box) for box in sent.boxes),
    )  # fmt: skip
    rate = await price_of(ctx, wish)
    if rate is None:
        said = Say("The carrier does not offer this service there.", "Il corriere non offre questo servizio lì.")
        raise BadInput(field=("way",), problem=said, reason="unknown")
    query = urlencode({"wish": _packed(wish), "price": f"{rate.amount} {rate.currency}"})
    return Done(
        Say("The price is here: nothing is bought yet.", "Ecco il prezzo: non è ancora comprato nulla."),
        to=f"parcels/{parcel.id}?{query}",
    )


async def buy(ctx: Context, asked: Asked, sent: Mapping[str, str]) -> Done:
    """Buy what the price was told for."""
    parcel = await _found(ctx, asked)
    wish = _unpacked(sent.get("wish", ""), parcel)
    amount = sent.get("amount", "")
    quoted = int(amount) if amount.isascii() and amount.isdecimal() and len(amount) < 12 else None
    label_id = await ask_label(ctx, msgspec.structs.replace(wish, quoted=quoted))
    return told(await settle_soon(ctx, label_id, SECONDS))


async def _offer(ctx: Context, parcel: FulfilmentRow, packed: str, priced: str) -> list[Block]:
    """The price as it was told. It is shown, not trusted: the carrier bills its own."""
    wish = _unpacked(packed, parcel)
    amount, _, currency = priced.partition(" ")
    account = await account_by_id(ctx.db, wish.account_id)
    if account is None or not (
        amount.isascii() and amount.isdecimal() and len(amount) < 12 and currency == account.currency
    ):
        return []
    money = Money(int(amount), currency)
    figure = Figure(service_named(account, wish.service), money, account.name)
    values = {"wish": packed, "amount": amount}
    sure = Say(f"Buy this label at {account.name}?", f"Comprare questa etichetta con {account.name}?")
    button = Button("buy", Say("Buy the label", "Compra l'etichetta"), values, "good", sure)
    return [Section(Say("The price", "Il prezzo"), (Figures((figure,)), button))]


async def _typed(ctx: Context, wish: LabelWish) -> dict[str, Any]:
    """What was asked about, as the form had it: a price too high is asked for again with another service."""
    parcel = await fulfilment_by_id(ctx.db, wish.fulfilment_id)
    order = await order_by_id(ctx.db, parcel.order_id) if parcel is not None else None
    insured = None if wish.insured is None or order is None else decimal_text(wish.insured, order.currency)
    return {
        "way": f"{wish.account_id}:{wish.service}", "reference": wish.reference, "insured": insured,
        "boxes": [
            {"weight": str(Decimal(box.weight) / 1_000),
             **{side: size // 10 for side in ("length", "width", "height") if (size := getattr(box, side)) is not None}}
            for box in wish.parcels
        ],
    }  # fmt: skip


def _box(sent: BoxForm) -> Parcel:
    sides = [None if side is None else side * 10 for side in (sent.length, sent.width, sent.height)]
    return Parcel(weight=int(sent.weight * 1_000), length=sides[0], width=sides[1], height=sides[2])


def _packed(wish: LabelWish) -> str:
    return msgspec.json.encode(wish).decode()


def _unpacked(text: str, parcel: FulfilmentRow) -> LabelWish:
    """A wish that went through an address. Raises NotFound for what is none, or another parcel's."""
    try:
        wish = msgspec.json.decode(text, type=LabelWish)
    except msgspec.DecodeError:
        raise NotFound(what="The wish") from None
    if wish.fulfilment_id != parcel.id:
        raise NotFound(what="The wish")
    return wish


async def _found(ctx: Context, asked: Asked) -> FulfilmentRow:
    row = await fulfilment_by_id(ctx.db, key_in(asked, "The parcel"))
    if row is None:
        raise NotFound(what="The parcel")
    return row
