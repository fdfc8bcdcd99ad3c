"""Tables that are sorted by their heads: what was asked for, and rows in that order where all of them are there."""

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import msgspec

from vetrina.kernel.money import Money
from vetrina.plugin.admin import Asked, Badge, Cell, Column, Link, Table
from vetrina.plugin.words import Say, said


class Sorting(msgspec.Struct, frozen=True):
    """By which column's `sort`, and whether the highest comes first; by none where `by` is empty."""

    by: str = ""
    is_down: bool = False

    def __str__(self) -> str:
        return f"-{self.by}" if self.is_down and self.by else self.by


def sorting(asked: Asked, columns: Sequence[Column], usual: str = "") -> Sorting:
    """What the query's `sort` asks for, if one of the columns has that name; else `usual`, written the same way."""
    known = {column.sort for column in columns if column.sort}
    wish = asked.query.get("sort", "")
    wish = wish if wish.removeprefix("-") in known else usual
    return Sorting(wish.removeprefix("-"), wish.startswith("-"))


def in_order(table: Table, asked: Asked, language: str, usual: str = "") -> Table:
    """A table with all of its rows, in the order that was asked for; those without a value come last.

    Texts are compared as the reader's language says them. For lists of which a page shows a part, sort where you read.
    """
    wish = sorting(asked, table.columns, usual)
    place = next((index for index, column in enumerate(table.columns) if wish.by and column.sort == wish.by), None)
    if place is None:
        return table
    rows = [(_key(row.cells[place], language), row) for row in table.rows]
    there = sorted((pair for pair in rows if pair[0] is not None), key=_first, reverse=wish.is_down)
    gone = [row for key, row in rows if key is None]
    return msgspec.structs.replace(table, rows=(*(row for _, row in there), *gone), sorted=str(wish))


def _first(pair: tuple[Any, object]) -> Any:
    return pair[0]


def _key(cell: Cell, language: str) -> tuple[Any, ...] | None:
    """What a cell is compared by: kinds stay together, money by its currency, a text whatever its capitals."""
    match cell:
        case None | "":
            return None
        case str() | Say():
            return ("text", said(cell, language).casefold())
        case Badge(text) | Link(text):
            return _key(text, language)
        case Money(amount, currency):
            return ("money", currency, amount)
        case datetime():
            return ("moment", cell.timestamp())
        case date():
            return ("day", cell.isoformat())
        case bool() | int() | float() | Decimal():
            return ("number", cell)
