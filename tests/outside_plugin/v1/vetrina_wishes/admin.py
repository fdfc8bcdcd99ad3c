"""The page of wishes with a form for those who call, and a card beside each product."""

from collections.abc import Sequence

from pydantic import BaseModel, Field

from vetrina.plugin import Context, Say
from vetrina.plugin.admin import (
    Action,
    AdminPage,
    AdminPanel,
    Asked,
    Block,
    Column,
    Done,
    Facts,
    Form,
    Row,
    Section,
    Table,
)
from vetrina_wishes import views
from vetrina_wishes.wishing import wish

TITLE = Say("Wishes", it="Desideri")
COLUMNS = (
    Column(Say("Product", it="Prodotto")),
    Column(Say("Who", it="Chi")),
    Column(Say("Since", it="Da quando")),
)
SHOWN = 50


class WishForm(BaseModel):
    """A wish of somebody who called."""

    product: int = Field(title="Number of the product", json_schema_extra={"it": {"title": "Numero del prodotto"}})
    email: str = Field(title="E-mail", json_schema_extra={"it": {"title": "E-mail"}})


def contributions() -> list[AdminPage | AdminPanel]:
    """A page in the menu, and a card on the page of a product."""
    return [
        AdminPage("", TITLE, "wishes.read", show, (Action("add", add, "wishes.write", WishForm),)),
        AdminPanel("product.side", TITLE, "wishes.read", beside),
    ]


async def show(ctx: Context, asked: Asked) -> Sequence[Block]:
    """The latest wishes, and the form."""
    rows = tuple(Row((row.product_id, row.email, row.at)) for row in await views.latest(ctx.db, SHOWN))
    empty = Say("Nobody has wished for anything yet.", it="Nessuno ha ancora espresso un desiderio.")
    form = Form("add", WishForm, Say("Write down", it="Annota"))
    return [Table(COLUMNS, rows, empty), Section(Say("A wish by phone", it="Un desiderio al telefono"), (form,))]


async def add(ctx: Context, asked: Asked, sent: WishForm) -> Done:
    """Write it down."""
    await wish(ctx, sent.product, sent.email)
    return Done(Say("The wish is written down.", it="Il desiderio è annotato."))


async def beside(ctx: Context, subject: int | None) -> Sequence[Block]:
    """How many want this product; nothing for one that cannot be wished for."""
    assert subject is not None
    count = (await views.counts(ctx.db, [subject])).get(subject)
    return [] if count is None else [Facts(((Say("Wished for by", it="Desiderato da"), count),))]
