"""What a buyer can choose of a product: its options, and which variants of its range combine their values."""

from collections.abc import Sequence

from vetrina.views.catalog.combinations import Choice, Combination
from vetrina.views.catalog.options import ChosenRow, OptionRow
from vetrina.views.catalog.ranges import Range, RangedVariant


def choice_of(options: Sequence[OptionRow], variants: Range) -> Choice:
    """What can be chosen of one product; a variant that has no value of some option cannot be."""
    offered = [option for option in options if option.option_values]
    places = {
        value.id: (at, place) for at, option in enumerate(offered) for place, value in enumerate(option.option_values)
    }
    combinations: list[Combination] = []
    for variant in variants:
        at = dict(places[value] for value in variant.values if value in places)
        if len(at) == len(offered):
            combination = tuple(at[option] for option in range(len(offered)))
            combinations.append(Combination(variant.id, combination, variant.available_for_sale))
    return Choice(tuple((option.name, tuple(option.values)) for option in offered), tuple(combinations))


def chosen_in(options: Sequence[OptionRow], variant: RangedVariant) -> list[ChosenRow]:
    """What a variant has of its product's options, in their order."""
    return [
        ChosenRow(variant.id, option.name, value.name)
        for option in options
        for value in option.option_values
        if value.id in variant.values
    ]


def firsts_with(variants: Range) -> dict[int, RangedVariant]:
    """The first variant of a range that has each value, by value id."""
    firsts: dict[int, RangedVariant] = {}
    for variant in variants:
        for value in variant.values:
            firsts.setdefault(value, variant)
    return firsts
