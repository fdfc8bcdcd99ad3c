"""Figures as people and spreadsheets write them."""

from decimal import Decimal

import pytest

from vetrina.ports import RowProblem
from vetrina_importers.quantities import Cell, amount, compare_amount, flag, length, pieces, weight


def cell(text: str, decimal_comma: bool = False) -> Cell:
    return Cell(text=text, row=7, field="column", decimal_comma=decimal_comma)


@pytest.mark.parametrize(
    ("text", "decimal_comma", "expected"),
    [
        ("", False, None),
        ("0", False, "0"),
        ("-0", False, "0"),
        ("19.90", False, "19.90"),
        ("19,90", False, "19.90"),
        ("19,90", True, "19.90"),
        ("19.9", True, "19.9"),
        ("12.500", False, "12.500"),
        ("12,500", True, "12.500"),
        ("0.125", True, "0.125"),
        ("1,299.00", False, "1299.00"),
        ("1.299,00", False, "1299.00"),
        ("1.299.000", True, "1299000"),
        ("1 299,00", True, "1299.00"),
        ("1\u00a0299", True, "1299"),
        ("1'299.00", False, "1299.00"),
        ("999999999999.99", False, "999999999999.99"),
    ],
)
def test_amounts(text: str, decimal_comma: bool, expected: str | None) -> None:
    problems: list[RowProblem] = []
    assert amount(cell(text, decimal_comma), problems) == (None if expected is None else Decimal(expected))
    assert problems == []


@pytest.mark.parametrize(
    ("text", "decimal_comma", "code"),
    [
        ("1,299", False, "PRICE_AMBIGUOUS"),
        ("1.299", True, "PRICE_AMBIGUOUS"),
        ("-0.01", False, "PRICE_NEGATIVE"),
        ("-1.299,00", True, "PRICE_NEGATIVE"),
        ("1e3", False, "PRICE_INVALID"),
        ("NaN", False, "PRICE_INVALID"),
        ("Infinity", False, "PRICE_INVALID"),
        ("\u0661\u0662", False, "PRICE_INVALID"),
        ("12,34,56", False, "PRICE_INVALID"),
        ("1.2.3", False, "PRICE_INVALID"),
        ("=1+1", False, "PRICE_INVALID"),
        ("9" * 40, False, "PRICE_INVALID"),
        ("1000000000000", False, "PRICE_INVALID"),
        ("\u20ac 5", False, "PRICE_INVALID"),
    ],
)
def test_bad_amounts(text: str, decimal_comma: bool, code: str) -> None:
    problems: list[RowProblem] = []
    assert amount(cell(text, decimal_comma), problems) is None
    assert [(problem.row, problem.field, problem.code) for problem in problems] == [(7, "column", code)]


def test_a_struck_through_price_of_zero_is_none() -> None:
    assert compare_amount(cell("0.00"), []) is None
    assert compare_amount(cell("5"), []) == Decimal(5)


@pytest.mark.parametrize(
    ("text", "expected", "codes"),
    [
        ("", None, []),
        ("12", 12, []),
        ("12.0", 12, []),
        ("1.5", None, ["STOCK_INVALID"]),
        ("1,200", None, ["STOCK_INVALID"]),
        ("many", None, ["STOCK_INVALID"]),
        ("99999999999", None, ["STOCK_INVALID"]),
        ("-1", None, ["STOCK_NEGATIVE"]),
    ],
)
def test_pieces(text: str, expected: int | None, codes: list[str]) -> None:
    problems: list[RowProblem] = []
    assert pieces(cell(text), problems) == expected
    assert [problem.code for problem in problems] == codes


@pytest.mark.parametrize(
    ("text", "unit", "expected"),
    [
        ("1", "kg", 1_000),
        ("19.8", "lb", 8_981),
        ("0,5", "KG", 500),
        ("1", "oz", 28),
        ("0.5", "g", 1),
        ("", "stone", None),
    ],
)
def test_weights(text: str, unit: str, expected: int | None) -> None:
    problems: list[RowProblem] = []
    assert (weight(cell(text), unit, problems), problems) == (expected, [])


@pytest.mark.parametrize(
    ("text", "unit"), [("1", "stone"), ("-1", "kg"), ("x", "kg"), ("1e9", "kg"), ("99999999", "kg")]
)
def test_bad_weights(text: str, unit: str) -> None:
    problems: list[RowProblem] = []
    assert weight(cell(text), unit, problems) is None
    assert [problem.code for problem in problems] == ["WEIGHT_INVALID"]


@pytest.mark.parametrize(("text", "unit", "expected"), [("11.8", "in", 300), ("16", "cm", 160), ("2", "m", 2_000)])
def test_lengths(text: str, unit: str, expected: int) -> None:
    assert length(cell(text), unit, []) == expected


@pytest.mark.parametrize(
    ("text", "expected"), [("", True), ("TRUE", True), ("vero", True), ("FALSO", False), ("0", False), ("wahr", True)]
)
def test_flags(text: str, expected: bool) -> None:
    problems: list[RowProblem] = []
    assert (flag(cell(text), True, problems), problems) == (expected, [])


def test_a_flag_that_is_neither() -> None:
    problems: list[RowProblem] = []
    assert flag(cell("perhaps"), True, problems) is False
    assert [problem.code for problem in problems] == ["FLAG_INVALID"]
