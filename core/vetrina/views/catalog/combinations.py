"""Choosing among a product's variants: by selected options, by neighbourhood, and all of them in a compact code."""

from collections.abc import Iterable, Mapping, Sequence

import msgspec


class Combination(msgspec.Struct, frozen=True):
    """A variant on sale, and the places of its values among each option's values, in the options' order."""

    variant_id: int
    places: tuple[int, ...]
    available_for_sale: bool


class Choice(msgspec.Struct, frozen=True):
    """A product's options, each a name and its values' names in order, and its variants in order."""

    options: tuple[tuple[str, tuple[str, ...]], ...]
    combinations: tuple[Combination, ...]


class Selected(msgspec.Struct, frozen=True):
    """One option a buyer has chosen, by names."""

    name: str
    value: str


def encode(combinations: Iterable[tuple[int, ...]]) -> str:
    """Version 1 of the public encoding: a trie of value places, prefixes once, runs of the last option as ranges.

    v1_0:0-2,1:2, says [0,0] [0,1] [0,2] [1,2]. A colon goes down to the next option, a comma comes back up, a blank
    leaves a gap between values of the last option.
    """
    ordered = sorted(set(combinations))
    return "v1_" + _trie(ordered, 0) if ordered and ordered[0] else ""


def _trie(ordered: Sequence[tuple[int, ...]], depth: int) -> str:
    if depth == len(ordered[0]) - 1:
        return " ".join(_runs([places[depth] for places in ordered]))
    children: dict[int, list[tuple[int, ...]]] = {}
    for places in ordered:
        children.setdefault(places[depth], []).append(places)
    return "".join(f"{value}:{_trie(below, depth + 1)}," for value, below in children.items())


def _runs(values: Sequence[int]) -> list[str]:
    """Consecutive numbers as ranges: 0 1 2 4 becomes 0-2, 4."""
    runs: list[tuple[int, int]] = []
    for value in values:
        if runs and value == runs[-1][1] + 1:
            runs[-1] = (runs[-1][0], value)
        else:
            runs.append((value, value))
    return [str(low) if low == high else f"{low}-{high}" for low, high in runs]


def selected_variant(
    choice: Choice, selected: Sequence[Selected], *, ignore_unknown: bool, any_case: bool
) -> int | None:
    """The variant that has every selected option; None when none has, or an option is unknown and not ignored."""
    wanted = _wanted(choice, selected, ignore_unknown=ignore_unknown, any_case=any_case)
    if wanted is None or len(wanted) < len(choice.options):
        return None
    return next((one.variant_id for one in choice.combinations if _has(one, wanted)), None)


def selected_or_first(
    choice: Choice, selected: Sequence[Selected], *, ignore_unknown: bool, any_case: bool
) -> int | None:
    """The variant that has the selected options, else the first available one that has them, else the first at all.

    A selection that names only some options leads to the first available variant that has those.
    """
    wanted = _wanted(choice, selected, ignore_unknown=ignore_unknown, any_case=any_case)
    if selected and wanted:
        fitting = [one for one in choice.combinations if _has(one, wanted)]
        if len(wanted) == len(choice.options) and fitting:
            return fitting[0].variant_id
        if fitting:
            return _first_available(fitting)
    return _first_available(choice.combinations)


def adjacent_variants(
    choice: Choice, selected: Sequence[Selected], *, ignore_unknown: bool, any_case: bool
) -> list[int]:
    """Variants that differ in exactly one option from the selection, or from the first available variant."""
    wanted = _wanted(choice, selected, ignore_unknown=ignore_unknown, any_case=any_case)
    if wanted and len(wanted) == len(choice.options):
        centre = tuple(wanted[option] for option in range(len(wanted)))
    else:
        chosen = selected_or_first(choice, selected, ignore_unknown=ignore_unknown, any_case=any_case)
        centre = next((one.places for one in choice.combinations if one.variant_id == chosen), ())
    return [one.variant_id for one in choice.combinations if centre and _distance(one.places, centre) == 1]


def _wanted(
    choice: Choice, selected: Sequence[Selected], *, ignore_unknown: bool, any_case: bool
) -> Mapping[int, int] | None:
    """Place of the value by place of the option; None when something named does not exist and is not ignored."""

    def same(left: str, right: str) -> bool:
        return left == right or (any_case and left.casefold() == right.casefold())

    wanted: dict[int, int] = {}
    for one in selected:
        option = next((at for at, (name, _) in enumerate(choice.options) if same(name, one.name)), None)
        values = choice.options[option][1] if option is not None else ()
        value = next((at for at, name in enumerate(values) if same(name, one.value)), None)
        if option is not None and value is not None:
            wanted[option] = value
        elif option is not None or not ignore_unknown:
            return None
    return wanted


def _has(one: Combination, wanted: Mapping[int, int]) -> bool:
    return all(one.places[option] == value for option, value in wanted.items())


def _first_available(combinations: Sequence[Combination]) -> int | None:
    available = (one.variant_id for one in combinations if one.available_for_sale)
    return next(available, combinations[0].variant_id if combinations else None)


def _distance(left: Sequence[int], right: Sequence[int]) -> int:
    return sum(here != there for here, there in zip(left, right, strict=True))
