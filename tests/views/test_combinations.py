"""Choosing among variants, and the compact code of all of them, read back by the public rules."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vetrina.views.catalog.combinations import (
    Choice,
    Combination,
    Selected,
    adjacent_variants,
    encode,
    selected_or_first,
    selected_variant,
)


def decode(code: str) -> list[tuple[int, ...]]:
    """Read the code: a colon goes down, a comma closes a level, a blank leaves a gap, a dash spans a range."""
    assert code == "" or code.startswith("v1_")
    found: list[tuple[int, ...]] = []
    path: list[int] = []
    pending: list[str] = []

    def close() -> None:
        """Values gathered on the deepest level are combinations."""
        for part in pending:
            low, _, high = part.partition("-")
            found.extend((*path, value) for value in range(int(low), int(high or low) + 1))
        pending.clear()

    for token in re.findall(r"\d+(?:-\d+)?|[:, ]", code[3:]):
        if token == ":":
            path.append(int(pending.pop()))
        elif token == ",":
            close()
            path.pop()
        elif token != " ":
            pending.append(token)
    close()
    return found


@pytest.mark.parametrize(
    ("combinations", "code"),
    [
        ([], ""),
        ([(0,)], "v1_0"),
        ([(0,), (1,), (2,), (4,)], "v1_0-2 4"),
        ([(0, 0), (0, 1), (0, 2), (1, 2)], "v1_0:0-2,1:2,"),
        (
            [(0, 0, 0), (0, 1, 0), (0, 1, 1), (1, 0, 0), (1, 0, 1), (1, 1, 1), (2, 0, 1), (2, 1, 0)],
            "v1_0:0:0,1:0-1,,1:0:0-1,1:1,,2:0:1,1:0,,",
        ),
    ],
)
def test_the_code_is_the_public_one(combinations: list[tuple[int, ...]], code: str) -> None:
    assert encode(reversed(combinations)) == code
    assert decode(code) == combinations


@given(st.integers(1, 3).flatmap(lambda width: st.sets(st.tuples(*[st.integers(0, 20)] * width), max_size=60)))
def test_what_is_encoded_is_decoded(combinations: set[tuple[int, ...]]) -> None:
    assert decode(encode(combinations)) == sorted(combinations)


SHIRT = Choice(
    (("Size", ("S", "M", "L")), ("Colour", ("Red", "Blue"))),
    (
        Combination(1, (0, 0), False),
        Combination(2, (0, 1), True),
        Combination(3, (1, 0), True),
        Combination(4, (2, 1), True),
    ),
)


def picked(**chosen: str) -> list[Selected]:
    return [Selected(name, value) for name, value in chosen.items()]


@pytest.mark.parametrize(
    ("chosen", "variant"),
    [
        (picked(Size="S", Colour="Red"), 1),
        (picked(Colour="Blue", Size="L"), 4),
        (picked(Size="M", Colour="Blue"), None),
        (picked(Size="S"), None),
        (picked(Size="s", Colour="red"), None),
        (picked(Size="XL", Colour="Red"), None),
        (picked(Size="S", Colour="Red", Fit="Slim"), None),
    ],
)
def test_selected_options_name_one_variant(chosen: list[Selected], variant: int | None) -> None:
    assert selected_variant(SHIRT, chosen, ignore_unknown=False, any_case=False) == variant


def test_case_and_unknown_options_can_be_ignored() -> None:
    chosen = picked(size="s", COLOUR="red", Fit="Slim")
    assert selected_variant(SHIRT, chosen, ignore_unknown=True, any_case=True) == 1


@pytest.mark.parametrize(
    ("chosen", "variant"),
    [
        ([], 2),
        (picked(Size="S", Colour="Red"), 1),
        (picked(Size="M"), 3),
        (picked(Size="M", Colour="Blue"), 2),
        (picked(Utm="news"), 2),
    ],
)
def test_the_first_available_variant_stands_in(chosen: list[Selected], variant: int) -> None:
    assert selected_or_first(SHIRT, chosen, ignore_unknown=True, any_case=False) == variant


def test_without_an_available_variant_the_first_stands_in() -> None:
    sold_out = Choice(SHIRT.options, (Combination(7, (0, 0), False), Combination(8, (0, 1), False)))
    assert selected_or_first(sold_out, [], ignore_unknown=True, any_case=False) == 7


@pytest.mark.parametrize(
    ("chosen", "neighbours"),
    [
        (picked(Size="S", Colour="Red"), [2, 3]),
        (picked(Size="M", Colour="Blue"), [2, 3, 4]),
        ([], [1, 4]),
    ],
)
def test_neighbours_differ_in_one_option(chosen: list[Selected], neighbours: list[int]) -> None:
    assert adjacent_variants(SHIRT, chosen, ignore_unknown=True, any_case=False) == neighbours
