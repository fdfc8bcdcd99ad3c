"""A plugin for tests: a page with every block, a page of one thing, a panel, a tile, settings of all kinds."""

from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import Enum
from typing import Any, Literal

from pydantic import BaseModel, Field, SecretStr, field_validator

from vetrina.kernel.errors import BadInput, NotFound
from vetrina.kernel.money import Money
from vetrina.plugin import Context, PluginSettings, Say, hookimpl
from vetrina.plugin.admin import (
    Action,
    AdminPage,
    AdminPanel,
    AdminTile,
    Asked,
    Badge,
    Block,
    Button,
    Chart,
    Column,
    Done,
    Download,
    Export,
    Facts,
    Figure,
    Figures,
    Form,
    Link,
    Notice,
    Point,
    Row,
    Secret,
    Section,
    Table,
    Text,
)  # fmt: skip
from vetrina.plugin.sheets import amount, csv_file
from vetrina.plugin.tables import in_order

NASTY = "<script>alert(1)</script>"
KEY = "key_<7&Q"
done: list[Any] = []


class Finish(Enum):
    """How a thing looks."""

    MATT = "matt"
    GLOSS = "gloss"


class Shelf(BaseModel):
    """A shelf and what it carries."""

    name: str = Field(min_length=1, max_length=40, title="Name", json_schema_extra={"it": {"title": "Nome"}})
    load: Decimal = Field(default=Decimal("2.5"), ge=0, title="Load", json_schema_extra={"it": {"title": "Portata"}})
    prices: dict[str, Decimal] = Field(default={}, title="Prices")


class Place(BaseModel):
    """Where it stands."""

    street: str = Field(default="", title="Street")
    floor: int = Field(default=0, ge=-2, le=99, title="Floor")


class ShowcaseSettings(PluginSettings):
    """Everything a form can ask for."""

    label: str = Field(default="Window", max_length=20, title="Label", description="Stands above it.")
    story: str = Field(default="", max_length=2000, title="Story")
    pieces: int = Field(default=3, ge=1, title="Pieces", json_schema_extra={"it": {"title": "Pezzi"}})
    width: Decimal | None = Field(default=None, title="Width")
    is_lit: bool = Field(default=True, title="Lit at night")
    since: date | None = Field(default=None, title="Since")
    opens: datetime | None = Field(default=None, title="Opens")
    finish: Finish = Field(
        default=Finish.MATT, title="Finish",
        json_schema_extra={"it": {"title": "Finitura", "options": {"matt": "Opaca", "gloss": "Lucida"}}},
    )  # fmt: skip
    sides: list[Literal["left", "right"]] = Field(default=["left"], title="Sides")
    words: list[str] = Field(default=["new"], title="Words")
    notes: dict[str, str] = Field(default={}, title="Notes")
    key: SecretStr = Field(default=SecretStr(""), title="Key")
    place: Place = Field(default=Place(), title="Place")
    shelves: list[Shelf] = Field(default=[], title="Shelves", json_schema_extra={"it": {"title": "Ripiani"}})

    @field_validator("label")
    @classmethod
    def _label_is_polite(cls, value: str) -> str:
        if "!" in value:
            raise ValueError(Say(en="Do not shout", it="Non gridare"))
        return value

    async def check(self, ctx: Context) -> None:
        if self.label == "broken":
            raise BadInput(field=("label",), problem="The vendor does not know this label.")


class Step(BaseModel):
    """A row of a table."""

    upto: int = Field(default=1, ge=1, title="Up to", json_schema_extra={"it": {"title": "Fino a"}})
    price: Decimal = Field(ge=0, title="Price", json_schema_extra={"it": {"title": "Prezzo"}, "heading": {"en": "H"}})


class NewThing(BaseModel):
    """What a new thing needs."""

    name: str = Field(min_length=2, title="Name", json_schema_extra={"it": {"title": "Nome"}})
    price: Decimal = Field(ge=0, title="Price", json_schema_extra={"it": {"title": "Prezzo"}})
    shelves: list[Shelf] = Field(default=[], title="Shelves")
    steps: list[Step] = Field(default=[], title="Steps", json_schema_extra={"layout": "table"})


async def everything(ctx: Context, asked: Asked) -> Sequence[Block]:
    columns = (
        Column(Say("Thing", "Cosa"), sort="thing"), Column("State"), Column("Price", sort="price"),
        Column("Seen", "end", sort="seen"),
    )  # fmt: skip
    rows = (
        Row((NASTY, Badge(Say("Ready", "Pronto"), "good"), Money(123450, "EUR"), 1234), to="things/7?tab=a&b=c"),
        Row(("Lamp", Badge("Broken", "bad"), Money(0, "EUR"), None), buttons=(
            Button("drop", Say("Remove", "Rimuovi"), {"id": "8"}, "bad", Say("Remove it?", "Rimuoverla?")),
        )),
    )  # fmt: skip
    months = ("Jan", "Feb", "Mar", "Apr", "May", "Jun")
    sold = (120.0, 90.5, 0.0, 160.0, 210.0, 180.0)
    return [
        Notice(Say("Two things are new.", "Due cose sono nuove."), "good"),
        Figures((
            Figure(Say("Sold", "Venduti"), 1234, Say("12% more", "12% in più"), sold),
            Figure("Income", Money(987600, "EUR")),
            Figure("Rating", Decimal("4.75")),
        )),
        Section(Say("Things", "Cose"), (in_order(Table(columns, rows, "Nothing", after="cursor-2"), asked, "en"),)),
        Section(Say("Sales", "Vendite"), (
            Text("How it went."),
            Chart(Say("By month", "Per mese"), tuple(map(Point, months, sold)), unit="pcs"),
            Chart("As a line", tuple(map(Point, months, sold)), "line"),
        )),
        Facts((
            ("Since", date(2026, 3, 1)), ("Seen", datetime(2026, 7, 1, 10, 30, tzinfo=UTC)), ("Lit", True),
            ("More", Link("All products", "/admin/products")), ("Nothing", None),
        )),
        Table((Column("Empty"),), (), Say("Nothing here yet.", "Ancora niente.")),
        Button("drop", "Drop all", {"id": "all"}),
        Section(Say("New", "Nuovo"), (Form("add", NewThing, Say("Add", "Aggiungi"), {"name": "Lamp"}),)),
        Text(asked.query.get("after", "")),
    ]  # fmt: skip


async def lines(ctx: Context, asked: Asked) -> AsyncIterator[Sequence[Sequence[Any]]]:
    yield [("=1+1", amount(-5, "EUR"), datetime(2026, 7, 1, 10, 30, tzinfo=UTC))]
    if "wrong" in asked.query:
        yield [("Lamp",)] if asked.query["wrong"] == "short" else [("Lamp", Money(5, "EUR"), None)]
    while "endless" in asked.query:
        yield [("Lamp", 5, None)] * 9_000


async def thing(ctx: Context, asked: Asked) -> Sequence[Block]:
    if asked.parts["id"] == "404":
        raise NotFound(what="The thing")
    return [Text(f"Thing {asked.parts['id']}")]


async def add(ctx: Context, asked: Asked, sent: NewThing) -> Done:
    if sent.name == "Taken":
        raise BadInput(field=("name",), problem="There is one already.")
    if sent.name == "Boom":
        raise RuntimeError("secret detail")
    done.append(sent)
    return Done(Say(f"{sent.name} was added.", f"{sent.name} è stata aggiunta."), "things/7")


def cut() -> Done:
    key = Section("For the lock", (Secret(Say("Its key", "La chiave"), KEY), Text("Turn it twice.")))
    return Done("A key was cut.", "things/8", (key,))


async def drop(ctx: Context, asked: Asked, sent: Mapping[str, str]) -> Done | Download:
    if sent["id"].endswith(".csv"):
        return Download(sent["id"], csv_file(("name", "sold"), [("=1+1", 3), ("Lamp", amount(-150, "EUR"))]))
    if sent["id"] == "all":
        raise BadInput(problem="Not all of them.")
    done.append(dict(sent))
    if sent["id"] == "lock":
        return cut()
    if sent["id"] == "lockless":
        return Done("No key was cut.", blocks=(Secret("Its key", 7),))  # type: ignore[arg-type]
    return Done("It is gone.")


async def beside(ctx: Context, subject: int | None) -> Sequence[Block]:
    return [Facts((("Product", subject),))] if subject != 0 else []


async def figure(ctx: Context) -> Figure | None:
    return Figure(Say("On show", "In mostra"), 3, to="things/7")


@hookimpl
def register_admin(settings: ShowcaseSettings) -> list[AdminPage | AdminPanel | AdminTile]:
    actions = (
        Action("add", add, "showcase.change", NewThing),
        Action("drop", drop, "showcase.change"),
    )
    return [
        AdminPage(
            "",
            Say("Showcase", "Vetrinetta"),
            "showcase.see",
            everything,
            actions,
            section="catalogue",
            export=Export("things", ("Name", "Price", "Seen"), lines),
        ),
        AdminPage("things/{id}", Say("A thing", "Una cosa"), "showcase.see", thing),
        AdminPanel("product.side", Say("On show", "In mostra"), "showcase.see", beside),
        AdminTile("shown", "showcase.see", figure),
    ]
