"""Amounts, pieces, weights, lengths and yes or no, as people and spreadsheets write them."""

import re
from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Decimal
from types import MappingProxyType

import msgspec

from vetrina.ports import RowProblem

GRAMS: Mapping[str, Decimal] = MappingProxyType(
    {
        "g": Decimal(1),
        "kg": Decimal(1000),
        "tonne": Decimal(1_000_000),
        "oz": Decimal("28.349523125"),
        "lb": Decimal("453.59237"),
        "lbs": Decimal("453.59237"),
    }
)
MILLIMETRES: Mapping[str, Decimal] = MappingProxyType(
    {
        "mm": Decimal(1),
        "cm": Decimal(10),
        "m": Decimal(1000),
        "in": Decimal("25.4"),
        "ft": Decimal("304.8"),
    }
)
# Excel writes TRUE and FALSE in the language of the machine.
YES = frozenset({"true", "yes", "y", "1", "vero", "s\u00ec", "si", "wahr", "vrai", "verdadero"})
NO = frozenset({"false", "no", "n", "0", "falso", "falsch", "faux"})

AMOUNT_LIMIT = Decimal(10) ** 12
COUNT_LIMIT = 10**9

_GROUPING_BLANK = re.compile(r"(?<=[0-9])[ \u00a0\u202f'\u2019](?=[0-9]{3}(?![0-9]))")
_WITH_DOT = re.compile(r"-?[0-9]+(?:\.[0-9]+)?")
_WITH_COMMA = re.compile(r"-?[0-9]+,[0-9]+")
_GROUPED_BY_DOT = re.compile(r"-?[0-9]{1,3}(?:\.[0-9]{3})+(?:,[0-9]+)?")
_GROUPED_BY_COMMA = re.compile(r"-?[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]+)?")
_THOUSAND_OR_DECIMALS = re.compile(r"-?[1-9][0-9]{0,2}[.,][0-9]{3}")


class Cell(msgspec.Struct, frozen=True):
    """A text with its place, so that whatever is wrong with it can be said there."""

    text: str
    row: int
    field: str | None = None
    decimal_comma: bool = False
    """The file comes from a spreadsheet that writes 19,90."""


def problem(cell: Cell, code: str, message: str) -> RowProblem:
    """Say what is wrong with a cell."""
    return RowProblem(row=cell.row, field=cell.field, code=code, message=message)


def shown(text: str) -> str:
    """A cell's text inside a sentence: one line, never longer than a glance."""
    line = " ".join(text.split())
    return f'"{line[:40]}..."' if len(line) > 40 else f'"{line}"'


def amount(cell: Cell, problems: list[RowProblem]) -> Decimal | None:
    """A price of zero or more; None for an empty cell or one that has a problem."""
    if not cell.text:
        return None
    if _is_ambiguous(cell):
        message = f"{shown(cell.text)} may mean thousands or decimals; write it with two decimals, as in 1299.00."
        problems.append(problem(cell, "PRICE_AMBIGUOUS", message))
        return None
    value = _number(cell)
    if value is None or abs(value) >= AMOUNT_LIMIT:
        message = f"{shown(cell.text)} is not a price; write the figure alone, as in 19.90."
        problems.append(problem(cell, "PRICE_INVALID", message))
        return None
    if value < 0:
        problems.append(problem(cell, "PRICE_NEGATIVE", f"The price {shown(cell.text)} is below zero."))
        return None
    return value.copy_abs()


def compare_amount(cell: Cell, problems: list[RowProblem]) -> Decimal | None:
    """A struck-through price. Several systems write 0 for none."""
    return amount(cell, problems) or None


def pieces(cell: Cell, problems: list[RowProblem]) -> int | None:
    """A number of pieces on hand; None for an empty cell or one that has a problem."""
    if not cell.text:
        return None
    value = None if _is_ambiguous(cell) else _number(cell)
    if value is None or value != value.to_integral_value() or abs(value) > COUNT_LIMIT:
        message = f"{shown(cell.text)} is not a number of pieces; write a whole number, as in 12."
        problems.append(problem(cell, "STOCK_INVALID", message))
        return None
    if value < 0:
        message = f"The stock {shown(cell.text)} is below zero; write 0 or the pieces on hand."
        problems.append(problem(cell, "STOCK_NEGATIVE", message))
        return None
    return int(value)


def weight(cell: Cell, unit: str, problems: list[RowProblem]) -> int | None:
    """A weight in whole grams; None for an empty cell or one that has a problem."""
    return _measured(cell, unit, GRAMS, "WEIGHT_INVALID", problems)


def length(cell: Cell, unit: str, problems: list[RowProblem]) -> int | None:
    """A length in whole millimetres; None for an empty cell or one that has a problem."""
    return _measured(cell, unit, MILLIMETRES, "LENGTH_INVALID", problems)


def flag(cell: Cell, default: bool, problems: list[RowProblem]) -> bool:
    """Yes or no; the default for an empty cell."""
    word = cell.text.casefold()
    if not word:
        return default
    if word not in YES and word not in NO:
        problems.append(problem(cell, "FLAG_INVALID", f"{shown(cell.text)} is neither TRUE nor FALSE."))
    return word in YES


def _measured(cell: Cell, unit: str, units: Mapping[str, Decimal], code: str, problems: list[RowProblem]) -> int | None:
    if not cell.text:
        return None
    factor = units.get(unit.strip().casefold())
    if factor is None:
        message = f"The unit {shown(unit)} is not known; use one of {', '.join(units)}."
        problems.append(problem(cell, code, message))
        return None
    value = _number(cell)
    if value is None or value < 0 or value * factor > COUNT_LIMIT:
        message = f"{shown(cell.text)} is not a measure; write a figure of zero or more, as in 1.5."
        problems.append(problem(cell, code, message))
        return None
    return int((value * factor).to_integral_value(ROUND_HALF_UP))


def _is_ambiguous(cell: Cell) -> bool:
    # 1,299 among decimal dots and 1.299 among decimal commas: wrong by a thousand if guessed wrong.
    foreign = "." if cell.decimal_comma else ","
    return foreign in cell.text and _THOUSAND_OR_DECIMALS.fullmatch(cell.text) is not None


def _number(cell: Cell) -> Decimal | None:
    text = _GROUPING_BLANK.sub("", cell.text)
    if len(text) > 32:
        return None
    if _WITH_DOT.fullmatch(text):
        return Decimal(text)
    if _WITH_COMMA.fullmatch(text):
        return Decimal(text.replace(",", "."))
    if _GROUPED_BY_DOT.fullmatch(text):
        return Decimal(text.replace(".", "").replace(",", "."))
    if _GROUPED_BY_COMMA.fullmatch(text):
        return Decimal(text.replace(",", ""))
    return None
