"""Where pieces are taken from: tables of cases for the pure rules."""

import pytest

from vetrina.shop.inventory.rules import (
    LevelRow,
    NotEnoughStock,
    OutOfStock,
    Piece,
    Wanted,
    came_back,
    choose,
    gather,
    ran_out,
    together,
)

OIL, SALT = 1, 2


def at(
    location_id: int,
    on_hand: int,
    *,
    variant_id: int = OIL,
    reserved: int = 0,
    backorders: int = 0,
    position: int | None = None,
    is_active: bool = True,
) -> LevelRow:
    place = location_id if position is None else position
    return LevelRow(variant_id, location_id, on_hand, reserved, backorders, place, is_active)


def test_wanted_pieces_of_a_variant_are_added_up_in_the_order_of_variants() -> None:
    assert list(together([Wanted(SALT, 1), Wanted(OIL, 2), Wanted(SALT, 3)]).items()) == [(OIL, 2), (SALT, 4)]


@pytest.mark.parametrize(
    ("levels", "expected"),
    [
        ([at(1, 5), at(2, 5)], 1),
        ([at(1, 5, position=9), at(2, 5, position=0)], 2),
        ([at(1, 2), at(2, 5)], 2),
        ([at(1, 5, is_active=False), at(2, 5)], 2),
        ([at(1, 5, reserved=3), at(2, 5)], 2),
        ([at(1, 0, backorders=9), at(2, 5)], 2),
        ([at(1, 0, backorders=9), at(2, 2)], 1),
        ([at(1, 2), at(2, 2)], None),
    ],
)
def test_the_best_single_location_for_three_pieces(levels: list[LevelRow], expected: int | None) -> None:
    assert choose({OIL: 3}, {OIL: levels}) == {OIL: expected}


def test_one_location_with_everything_wins_over_each_variants_own_best() -> None:
    levels = {OIL: [at(1, 5), at(2, 5)], SALT: [at(2, 5, variant_id=SALT)]}
    assert choose({OIL: 1, SALT: 1}, levels) == {OIL: 2, SALT: 2}


def test_without_such_a_location_each_variant_goes_its_own_way() -> None:
    levels = {OIL: [at(1, 5)], SALT: [at(2, 5, variant_id=SALT)]}
    assert choose({OIL: 1, SALT: 1}, levels) == {OIL: 1, SALT: 2}


def test_a_variant_counted_nowhere_is_left_out() -> None:
    assert choose({OIL: 1, SALT: 1}, {OIL: [at(1, 5)]}) == {OIL: 1}
    assert choose({SALT: 1}, {}) == {}


@pytest.mark.parametrize(
    ("levels", "refusal", "available"),
    [
        ([at(1, 0)], OutOfStock, 0),
        ([at(1, 4, reserved=4)], OutOfStock, 0),
        ([at(1, 9, is_active=False)], OutOfStock, 0),
        ([at(1, 1), at(2, 1)], NotEnoughStock, 2),
        ([at(1, 1, backorders=1)], NotEnoughStock, 2),
        ([at(1, -1, backorders=2), at(2, 1)], NotEnoughStock, 2),
    ],
)
def test_a_shortage_names_the_variant_and_what_is_left(
    levels: list[LevelRow], refusal: type[OutOfStock | NotEnoughStock], available: int
) -> None:
    for ask in (lambda: choose({OIL: 3}, {OIL: levels}), lambda: gather(OIL, 3, levels)):
        with pytest.raises(refusal) as refused:
            ask()
        assert refused.value.facts == {"variant_id": OIL, "available": available}


@pytest.mark.parametrize(
    ("levels", "expected"),
    [
        ([at(1, 2), at(2, 2)], {1: 2, 2: 1}),
        ([at(1, 2, position=9), at(2, 2, position=0)], {1: 1, 2: 2}),
        ([at(1, 1, backorders=1), at(2, 1)], {1: 2, 2: 1}),
        ([at(1, 0, backorders=1), at(2, 2)], {1: 1, 2: 2}),
    ],
)
def test_pieces_that_are_there_go_before_backorders(levels: list[LevelRow], expected: dict[int, int]) -> None:
    assert gather(OIL, 3, levels) == [Piece(OIL, place, pieces) for place, pieces in expected.items()]


def test_all_comes_from_home_or_else_from_one_place_that_has_it() -> None:
    levels = [at(1, 2), at(2, 3), at(3, 3)]
    assert gather(OIL, 3, levels, home=3) == [Piece(OIL, 3, 3)]
    assert gather(OIL, 3, levels, home=1) == [Piece(OIL, 2, 3)]
    assert gather(OIL, 3, levels) == [Piece(OIL, 2, 3)]


@pytest.mark.parametrize(
    ("free", "taken", "expected"), [(0, 1, True), (1, 1, False), (-1, 2, True), (-1, 1, False), (0, 0, False)]
)
def test_running_out_is_the_step_from_some_to_none(free: int, taken: int, expected: bool) -> None:
    assert ran_out(free, taken) is expected


@pytest.mark.parametrize(
    ("free", "added", "expected"), [(1, 1, True), (2, 1, False), (0, 3, False), (1, 0, False), (2, 5, True)]
)
def test_coming_back_is_the_step_from_none_to_some(free: int, added: int, expected: bool) -> None:
    assert came_back(free, added) is expected
