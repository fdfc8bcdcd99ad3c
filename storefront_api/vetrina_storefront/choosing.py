"""Choosing a variant: by selected options, the neighbours of a choice, and all choices in the compact code."""

from collections.abc import Callable, Sequence

from vetrina.graphql import Info, once
from vetrina.kernel.errors import BadInput
from vetrina.views.catalog.choices import choice_of
from vetrina.views.catalog.combinations import (
    Choice,
    Selected,
    adjacent_variants,
    encode,
    selected_or_first,
    selected_variant,
)
from vetrina.views.catalog.products import ProductRow
from vetrina.views.catalog.variants import VariantRow
from vetrina_storefront.seen import options_seen, ranges_seen, remember
from vetrina_storefront.variants import SelectedOptionInput

MOST_SELECTED = 250
NOTHING_TO_CHOOSE = "v1_"
"""The code of no combination at all; unlike an empty text, clients do not take it for a field they forgot."""


async def load_selected_variant(
    rows: Sequence[ProductRow],
    info: Info,
    selected_options: list[SelectedOptionInput],
    case_insensitive_match: bool | None = False,
    ignore_unknown_options: bool | None = False,
) -> list[VariantRow | None]:
    """The variant of each product that has all the selected options."""
    selected = _selected(selected_options)

    def choose(choice: Choice) -> int | None:
        return selected_variant(
            choice, selected, ignore_unknown=bool(ignore_unknown_options), any_case=bool(case_insensitive_match)
        )

    return await _chosen(rows, info, choose)


async def load_selected_or_first(
    rows: Sequence[ProductRow],
    info: Info,
    selected_options: list[SelectedOptionInput] | None = None,
    case_insensitive_match: bool | None = False,
    ignore_unknown_options: bool | None = True,
) -> list[VariantRow | None]:
    """The selected variant of each product, else its first available, else its first."""
    selected = _selected(selected_options)

    def choose(choice: Choice) -> int | None:
        return selected_or_first(
            choice, selected, ignore_unknown=bool(ignore_unknown_options), any_case=bool(case_insensitive_match)
        )

    return await _chosen(rows, info, choose)


async def load_adjacent(
    rows: Sequence[ProductRow],
    info: Info,
    selected_options: list[SelectedOptionInput] | None = None,
    case_insensitive_match: bool | None = False,
    ignore_unknown_options: bool | None = True,
) -> list[list[VariantRow]]:
    """The variants of each product that differ from the selected one in one option."""
    selected = _selected(selected_options)

    def choose(choice: Choice) -> list[int]:
        return adjacent_variants(
            choice, selected, ignore_unknown=bool(ignore_unknown_options), any_case=bool(case_insensitive_match)
        )

    ranges = await ranges_seen(info, [row.id for row in rows])
    found = {variant.id: variant for row in rows for variant in ranges[row.id]}
    return [[found[variant_id] for variant_id in choose(choice)] for choice in await _choices(rows, info)]


async def load_existence(rows: Sequence[ProductRow], info: Info) -> list[str]:
    """Which combinations of values each product has, in code."""
    choices = await _choices(rows, info)
    return [encode(one.places for one in choice.combinations) or NOTHING_TO_CHOOSE for choice in choices]


async def load_availability(rows: Sequence[ProductRow], info: Info) -> list[str]:
    """Which combinations of values can be bought now, in code."""
    choices = await _choices(rows, info)
    return [
        encode(one.places for one in choice.combinations if one.available_for_sale) or NOTHING_TO_CHOOSE
        for choice in choices
    ]


async def _choices(rows: Sequence[ProductRow], info: Info) -> list[Choice]:
    ids = sorted({row.id for row in rows})

    async def read() -> dict[int, Choice]:
        options, ranges = await options_seen(info, ids), await ranges_seen(info, ids)
        return {product_id: choice_of(options[product_id], ranges[product_id]) for product_id in ids}

    remember(info, rows)
    choices = await once(info, ("choices", *ids), read)
    return [choices[row.id] for row in rows]


async def _chosen(
    rows: Sequence[ProductRow], info: Info, choose: Callable[[Choice], int | None]
) -> list[VariantRow | None]:
    ranges = await ranges_seen(info, [row.id for row in rows])
    found = {variant.id: variant for row in rows for variant in ranges[row.id]}
    chosen = [choose(choice) for choice in await _choices(rows, info)]
    return [None if variant_id is None else found[variant_id] for variant_id in chosen]


def _selected(given: list[SelectedOptionInput] | None) -> list[Selected]:
    if given and len(given) > MOST_SELECTED:
        raise BadInput(field=("selectedOptions",), problem=f"At most {MOST_SELECTED} options are selected at once.")
    return [Selected(one.name, one.value) for one in given or ()]
