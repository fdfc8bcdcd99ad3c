"""What a plugin shows in the admin, described in Python: pages, panels, tiles and the blocks they are made of.

Nothing here is HTML. The admin draws the blocks, in its own style, escaped, on phones and desks, in the reader's
language; a plugin needs no template, no script and no bundler. Blocks are values: easy to test.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Literal

import msgspec
from pydantic import BaseModel

from vetrina.kernel.context import Context
from vetrina.kernel.money import Money
from vetrina.plugin.words import Words

SLOTS = {
    "home": "Below the tiles of the home page; there is no subject",
    "product.main": "Under a product's own facts; the subject is its id",
    "product.side": "Beside a product; the subject is its id",
    "order.main": "Under an order's lines; the subject is its id",
    "order.side": "Beside an order; the subject is its id",
}
"""Where panels may appear."""

SECTIONS = {
    "sales": "Orders and what makes people buy, such as discounts",
    "catalogue": "What is sold, and how it is described",
    "customers": "Who buys",
    "content": "What the shop window says beside its products",
    "delivery": "Where things leave from, how they travel and what it costs",
    "money": "Payments, taxes, documents",
    "settings": "How the shop works, who may what, what it is connected to",
    "plugins": "Whatever fits nowhere else",
}
"""Where pages may stand in the menu."""

Tone = Literal["neutral", "good", "warning", "bad"]
MediaType = Literal[
    "text/csv", "text/plain", "application/json", "application/xml", "application/pdf", "application/zip"
]
LARGEST_DOWNLOAD = 20_000_000
"""Bytes."""


class Badge(msgspec.Struct, frozen=True):
    """A short state, coloured by its tone."""

    text: Words
    tone: Tone = "neutral"


class Link(msgspec.Struct, frozen=True):
    """A way to another page: `to` is relative to the plugin's own pages, or begins with /admin/."""

    text: Words
    to: str


Cell = Words | int | float | Decimal | bool | Money | datetime | date | Badge | Link | None
"""What stands in a table or beside a label; money, moments (UTC) and numbers as the reader's language writes them."""


class Text(msgspec.Struct, frozen=True, tag=True):
    """A paragraph; its line ends are kept."""

    text: Words


class Notice(msgspec.Struct, frozen=True, tag=True):
    """Something to be noticed, and perhaps what to do about it."""

    text: Words
    tone: Tone = "neutral"


class Figure(msgspec.Struct, frozen=True):
    """A number people look at: its name, its value, what it is compared with, and how it went (oldest first)."""

    label: Words
    value: Cell
    hint: Words = ""
    trend: tuple[float, ...] = ()
    to: str | None = None
    """Where a click on it leads, as in Link: to what it counts."""


class Figures(msgspec.Struct, frozen=True, tag=True):
    """Figures side by side."""

    figures: tuple[Figure, ...]


class Facts(msgspec.Struct, frozen=True, tag=True):
    """Names and their values, one under the other."""

    facts: tuple[tuple[Words, Cell], ...]


class Column(msgspec.Struct, frozen=True):
    """A column of a table; numbers and money stand at its end.

    With a `sort` its head is pressed to sort: the page is asked for with the query's `sort` being that name, or with a
    minus before it for the highest first. `vetrina.plugin.tables` reads that, and sorts rows that are all there.
    """

    title: Words
    align: Literal["start", "end"] = "start"
    sort: str = ""
    """A name of small letters, digits and underscores."""


class Row(msgspec.Struct, frozen=True):
    """A line of a table; `to` is where a click on it leads, as in Link. `buttons` stand at its end."""

    cells: tuple[Cell, ...]
    to: str | None = None
    buttons: "tuple[Button, ...]" = ()


class Table(msgspec.Struct, frozen=True, tag=True):
    """Rows under columns. `before` and `after` are cursors: they come back as the query's `before` and `after`."""

    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    empty: Words
    """What to say when there are no rows: what would be here, and how it gets here."""
    before: str | None = None
    after: str | None = None
    sorted: str = ""
    """How the rows are sorted now, as the query's `sort` would say it."""


class Point(msgspec.Struct, frozen=True):
    """One value of a chart, with its name on the axis."""

    label: Words
    value: float


class Chart(msgspec.Struct, frozen=True, tag=True):
    """A series drawn as bars or as a line, with its numbers beside it for those who cannot see it."""

    title: Words
    points: tuple[Point, ...]
    kind: Literal["bars", "line"] = "bars"
    unit: Words = ""


class Button(msgspec.Struct, frozen=True, tag=True):
    """Runs one of the page's actions with these values. `confirm` is asked first."""

    action: str
    text: Words
    values: Mapping[str, str] = {}
    tone: Tone = "neutral"
    confirm: Words | None = None


class Form(msgspec.Struct, frozen=True, tag=True):
    """The fields of a pydantic model, filled with `values`; sent, they come validated to the action of that name."""

    action: str
    fields: type[BaseModel]
    submit: Words
    values: Mapping[str, Any] = {}


class Secret(msgspec.Struct, frozen=True, tag=True):
    """Something shown once, to be kept elsewhere, such as a key that was just drawn: it stands in Done's blocks only.

    Its value is in nothing the admin writes down: no address, no cookie, no log.
    """

    label: Words
    value: str

    def __repr__(self) -> str:
        return f"Secret(label={self.label!r})"


class Frame(msgspec.Struct, frozen=True, tag=True):
    """A page of its own inside of this one, such as a mail as people see it: no script runs in it.

    `to` begins with /admin/; a route of the plugin answers there with what `framed` of vetrina.plugin.pages.members
    makes of the page, and with FRAME_HEADERS from there.
    `title` says to those who do not see it what it is.
    """

    title: Words
    to: str


class Section(msgspec.Struct, frozen=True, tag=True):
    """Blocks under a heading, in a card of their own."""

    title: Words
    blocks: "tuple[Block, ...]"
    is_folded: bool = False
    """Only its heading is seen until somebody opens it: for forms beside what people come to look at."""


Block = Text | Notice | Figures | Facts | Table | Chart | Button | Form | Secret | Frame | Section


class Asked(msgspec.Struct, frozen=True):
    """What the reader asked of a page: the parts of its path that stood in braces, and the query's values."""

    parts: Mapping[str, str] = {}
    query: Mapping[str, str] = {}


class Done(msgspec.Struct, frozen=True):
    """What an action came to, in a sentence, and the page to go on with, as in Link; by default the same one.

    With `blocks` the answer is a page of them, shown once, from which a link goes on; without, one goes on at once.
    """

    message: Words
    to: str | None = None
    blocks: tuple[Block, ...] = ()


class Download(msgspec.Struct, frozen=True):
    """A file that an action answers instead of Done: the browser keeps it, and stays on the page.

    Its name has letters, digits, dots, dashes and underscores. At most LARGEST_DOWNLOAD bytes. Cells of a CSV that
    people wrote are made safe by `vetrina.plugin.sheets.csv_file`: no spreadsheet then runs them as a formula.
    """

    name: str
    content: str | bytes
    media_type: MediaType = "text/csv"


class Action(msgspec.Struct, frozen=True):
    """Something a page can do. `form`, if any, validates what was sent; a Refusal is shown at the field it names.

    A refusal in the reader's language: `raise BadInput(field=("name",), problem=Say(en="...", it="..."))`.

    `run(ctx, asked, sent)`: `sent` is the form's model, or a mapping of a button's values.
    """

    name: str
    run: Callable[[Context, Asked, Any], Awaitable[Done | Download]]
    permission: str
    form: type[BaseModel] | None = None
    form_of: Callable[[Context, Asked], Awaitable[type[BaseModel]]] | None = None
    """Instead of `form`, where the fields depend on the page: those of a kind that somebody has defined."""


class Export(msgspec.Struct, frozen=True):
    """A page's list as a file of CSV, behind a button that the admin puts on the page.

    `rows(ctx, asked)` yields lines, some at a time, of what the page's query asks for: texts, whole numbers, moments,
    and `vetrina.plugin.sheets.amount(...)` for money. The admin takes MOST_EXPORTED of them, makes them safe, so that
    no spreadsheet runs a text as a formula, and waits as long as for an action. `titles` are for programs.
    """

    name: str
    """Of the file, without its ending: small letters, digits and dashes."""
    titles: tuple[str, ...]
    rows: "Callable[[Context, Asked], AsyncIterator[Sequence[Sequence[str | int | datetime | None]]]]"


MOST_EXPORTED = 20_000
"""Lines of one file; where there are more its name says that it holds the first ones."""


class AdminPage(msgspec.Struct, frozen=True):
    """A page under /admin/<plugin>/<path>; `path` may hold {parts}. Those without stand in the menu, if they want.

    Parts of a path are small letters, digits, dashes, dots and underscores. A plugin called like a room of the admin,
    such as products, is left out when it has pages. `show` has five seconds, an action fifteen.
    """

    path: str
    title: Words
    permission: str
    show: Callable[[Context, Asked], Awaitable[Sequence[Block]]]
    actions: tuple[Action, ...] = ()
    is_in_menu: bool = True
    section: str = "plugins"
    """Where in the menu, out of SECTIONS; a page whose section the admin does not know stands under "plugins"."""
    export: Export | None = None
    """Its list as CSV, for those who may see the page."""


class AdminPanel(msgspec.Struct, frozen=True):
    """A card on one of the admin's own pages, in a slot that the manifest names. No blocks, no card."""

    slot: str
    title: Words
    permission: str
    show: Callable[[Context, int | None], Awaitable[Sequence[Block]]]


class AdminTile(msgspec.Struct, frozen=True):
    """A figure on the home page."""

    name: str
    permission: str
    show: Callable[[Context], Awaitable[Figure | None]]
