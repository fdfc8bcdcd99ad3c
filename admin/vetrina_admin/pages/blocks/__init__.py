"""From the blocks a plugin describes to HTML: escaped, in the reader's language, on phones and desks."""

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from itertools import count
from typing import Any, get_args

import msgspec
from markupsafe import Markup

from vetrina.plugin import WrongAnswer
from vetrina.plugin.admin import Block, Chart, Column, Form, Section, Table
from vetrina_admin.pages.answers import render
from vetrina_admin.pages.blocks.cells import address_of, cell_of, is_number, number_of, tone_of, words_of
from vetrina_admin.pages.blocks.charts import draw_chart
from vetrina_admin.pages.listings import Head
from vetrina_admin.pages.model_forms import Draft, Sheet, draft_of, shape_of
from vetrina_admin.pages.visits import Visit

__all__ = ["Drawing", "Typed", "draw"]

KINDS: tuple[type[Any], ...] = get_args(Block)
_SORT = re.compile(r"[a-z][a-z0-9_]{0,39}")
MOST_BLOCKS = 500
"""Blocks of one page, with those inside of sections."""
MOST_ROWS = 500
"""Rows of one table: more belong on further pages, by `before` and `after`."""


class Typed(msgspec.Struct, frozen=True):
    """A form of the page as somebody has just sent it: shown again as it was typed, with what is wrong with it."""

    form: str
    draft: dict[str, Draft]
    wrong: Mapping[str, str] = {}
    open: str = ""
    """The path that was just changed: cards above it are shown open."""


class Drawing:
    """What the templates of blocks ask while they draw for one visit."""

    def __init__(
        self, visit: Visit, owner: str, *, acts: bool, once: bool = False, scope: str = "", typed: Typed | None = None
    ) -> None:
        self.owner, self.acts, self.once, self.typed = owner, acts, once, typed
        self._scope = scope or owner
        self.path = visit.here
        self._link = visit.link
        """Where buttons and forms send what they do: the page they stand on."""
        self._counted: Iterator[int] = count(1)
        self._blocks = 0
        self._forms: dict[str, int] = {}
        self.said = partial(words_of, language=visit.language)
        self.cell = partial(cell_of, language=visit.language, owner=owner)
        self.number = partial(number_of, language=visit.language)
        self.address = partial(address_of, owner=owner)
        self.tone, self.is_number = tone_of, is_number
        self.language = visit.language

    def id(self, kind: str) -> str:
        """An id that nothing else on the page has."""
        return f"{self._scope}-{kind}-{next(self._counted)}"

    def kind(self, block: Any) -> str:
        """Which block it is. Raises WrongAnswer for what is none, and for what has no place here."""
        if not isinstance(block, KINDS):
            raise WrongAnswer(f"{type(block).__name__} is no block")
        kind = type(block).__name__
        if kind in ("Button", "Form") and not self.acts:
            raise WrongAnswer(f"a {kind} here: only pages have actions, link to one")
        if kind == "Secret" and not self.once:
            raise WrongAnswer("a Secret here: it is shown once, among the blocks of Done")
        self._blocks += 1
        if self._blocks > MOST_BLOCKS:
            raise WrongAnswer(f"more than {MOST_BLOCKS} blocks on one page")
        return kind

    def heads(self, table: Table, titles: Sequence[tuple[str, str]]) -> list[Any]:
        """A table's heads: titles with their sides, as ways to sort where the page's columns say so.

        Raises WrongAnswer for the name of a column by which nothing can be sorted.
        """
        return [self._head(table, column, *pair) for column, pair in zip(table.columns, titles, strict=True)]

    def _head(self, table: Table, column: Column, title: str, side: str) -> Any:
        name, is_end = column.sort, side == "end"
        if not name or not self.acts:
            return title, side
        if not _SORT.fullmatch(name):
            raise WrongAnswer(f"{name!r} is nothing to sort by: small letters, digits and underscores")
        first, second = (f"-{name}", name) if is_end else (name, f"-{name}")
        to = self._link(sort=second if table.sorted == first else first, after=None, before=None)
        now = {name: "ascending", f"-{name}": "descending"}.get(table.sorted, "")
        return Head(title, to, now, is_end)

    def rows(self, table: Any) -> Any:
        """The rows of a table, each as wide as its head. Raises WrongAnswer."""
        if len(table.rows) > MOST_ROWS:
            raise WrongAnswer(f"a table of {len(table.rows)} rows: at most {MOST_ROWS} on a page")
        if any(len(row.cells) != len(table.columns) for row in table.rows):
            raise WrongAnswer("a row has more or fewer cells than its table has columns")
        return table.rows

    def chart(self, chart: Chart) -> Any:
        """Its geometry; see `draw_chart`."""
        return draw_chart([point.value for point in chart.points], chart.kind)

    def is_open(self, section: Section) -> bool:
        """Whether a folded section is open: a form in it was just sent, and is shown again."""
        actions = [block.action for block in section.blocks if isinstance(block, Form)]
        return self.typed is not None and self.typed.form.rpartition("-")[0] in actions

    def form(self, form: Form) -> Sheet:
        """A form as it is to be drawn: fresh, or as it was just sent."""
        number = self._forms[form.action] = self._forms.get(form.action, 0) + 1
        key = f"{form.action}-{number}"
        shape = shape_of(form.fields)
        if self.typed is not None and self.typed.form == key:
            typed = self.typed
            return Sheet(key=key, shape=shape, target=self.path, draft=typed.draft, wrong=typed.wrong, open=typed.open)
        draft = draft_of(form.fields, shape, form.values, self.language)
        return Sheet(key=key, shape=shape, target=self.path, draft=draft)


def draw(
    visit: Visit,
    owner: str,
    blocks: Sequence[Any],
    *,
    acts: bool,
    once: bool = False,
    scope: str = "",
    typed: Typed | None = None,
) -> Markup:
    """The blocks as HTML. `acts` is whether buttons and forms may stand among them: on pages, not in a panel's card.

    `once` is whether nobody can load them again: secrets may stand among them then. `scope` begins the ids, where
    several drawings of the plugin may be on a page.

    Raises WrongAnswer, or whatever a wrong value leads to: call it where the plugin is to blame for that.
    """
    if isinstance(blocks, str) or not isinstance(blocks, Sequence):  # pyright: ignore[reportUnnecessaryIsInstance]
        raise WrongAnswer(f"{type(blocks).__name__} is no list of blocks")
    drawing = Drawing(visit, owner, acts=acts, once=once, scope=scope, typed=typed)
    return Markup(render(visit, "blocks/drawn.html", blocks=blocks, d=drawing, inside=not acts).content)
