"""Options and variants: at most three options, every variant one value of each, every combination once."""

import re
from collections.abc import Sequence
from typing import TypeVar

from msgspec.structs import replace

from vetrina.kernel.errors import BadInput
from vetrina.kernel.texts import line
from vetrina.shop.catalog.rules.sheets import OptionSheet, ValueSheet, VariantSheet

MOST_OPTIONS = 3
MOST_VARIANTS = 2_048
DEFAULT_TITLE = "Default Title"
"""What the only variant of a product without options is called, as the public API writes it."""

V = TypeVar("V", bound=VariantSheet)

_SWATCH = re.compile(r"#[0-9A-Fa-f]{6}")


def checked_options(
    options: Sequence[OptionSheet], variants: Sequence[V]
) -> tuple[tuple[OptionSheet, ...], tuple[V, ...]]:
    """Options with all their values, and the variants with a value of each in the options' order. Raises BadInput."""
    if not 1 <= len(variants) <= MOST_VARIANTS:
        raise BadInput(
            field=("variants",),
            problem=f"A product has between 1 and {MOST_VARIANTS} variants.",
            reason="range",
            least=1,
            most=MOST_VARIANTS,
        )
    named = tuple(_named(variant, index) for index, variant in enumerate(variants))
    whole = _with_values(_declared(options) if options else _read_off(named), named)
    if len(whole) > MOST_OPTIONS:
        raise BadInput(
            field=("options",),
            problem=f"A product has at most {MOST_OPTIONS} options.",
            reason="many",
            most=MOST_OPTIONS,
        )
    ordered = tuple(_ordered(variant, whole, index) for index, variant in enumerate(named))
    _check_combinations(ordered)
    return whole, ordered


def variant_title(options: Sequence[tuple[str, str]]) -> str:
    """How a variant is called: its values in the order of the options."""
    return " / ".join(value for _, value in options) or DEFAULT_TITLE


def is_swatch(color: str) -> bool:
    """Whether it is a colour as #RRGGBB."""
    return _SWATCH.fullmatch(color) is not None


def _named(variant: V, index: int) -> V:
    path = ("variants", str(index), "options")
    pairs = tuple(
        (line(name, field=path, required=True), line(value, field=path, required=True))
        for name, value in variant.options
    )
    if len({name.casefold() for name, _ in pairs}) < len(pairs):
        raise BadInput(field=path, problem="A variant has one value of each option.", reason="option_twice")
    return replace(variant, options=pairs)


def _declared(options: Sequence[OptionSheet]) -> tuple[OptionSheet, ...]:
    found: dict[str, OptionSheet] = {}
    for index, option in enumerate(options):
        path = ("options", str(index))
        name = line(option.name, field=(*path, "name"), required=True)
        if name.casefold() in found:
            raise BadInput(
                field=(*path, "name"), problem=f"Two options are called {name}.", reason="same_option", name=name
            )
        found[name.casefold()] = replace(option, name=name, values=_declared_values(option, path))
    return tuple(found.values())


def _declared_values(option: OptionSheet, path: tuple[str, ...]) -> tuple[ValueSheet, ...]:
    found: dict[str, ValueSheet] = {}
    for index, value in enumerate(option.values):
        at = (*path, "values", str(index))
        name = line(value.name, field=(*at, "name"), required=True)
        if name in found:
            raise BadInput(
                field=at, problem=f"Two values of {option.name} are called {name}.", reason="same_value", name=name
            )
        if value.swatch is not None and not is_swatch(value.swatch):
            raise BadInput(field=(*at, "swatch"), problem="A swatch is a colour such as #C0392B.", reason="color")
        found[name] = replace(value, name=name)
    return tuple(found.values())


def _read_off(variants: Sequence[VariantSheet]) -> tuple[OptionSheet, ...]:
    """The options of the variant that names most of them; one that misses some is refused afterwards."""
    fullest = max(variants, key=lambda variant: len(variant.options))
    return tuple(OptionSheet(name=name) for name, _ in fullest.options)


def _with_values(options: Sequence[OptionSheet], variants: Sequence[VariantSheet]) -> tuple[OptionSheet, ...]:
    """Values that only variants name come after the declared ones."""
    whole: list[OptionSheet] = []
    for option in options:
        values = {value.name: value for value in option.values}
        for variant in variants:
            for name, value in variant.options:
                if name.casefold() == option.name.casefold():
                    values.setdefault(value, ValueSheet(name=value))
        whole.append(replace(option, values=tuple(values.values())))
    return tuple(whole)


def _ordered(variant: V, options: Sequence[OptionSheet], index: int) -> V:
    given = {name.casefold(): value for name, value in variant.options}
    pairs = tuple((option.name, given.pop(option.name.casefold(), "")) for option in options)
    if given or not all(value for _, value in pairs):
        wanted = ", ".join(option.name for option in options) or "none"
        raise BadInput(
            field=("variants", str(index), "options"),
            problem=f"A variant has a value of each option: {wanted}.",
            reason="option_values" if options else "no_options",
            options=wanted,
        )
    return replace(variant, options=pairs)


def _check_combinations(variants: Sequence[VariantSheet]) -> None:
    seen: dict[tuple[tuple[str, str], ...], int] = {}
    for index, variant in enumerate(variants):
        if variant.options in seen:
            chosen = variant_title(variant.options)
            raise BadInput(
                field=("variants", str(index), "options"),
                problem=f"The variant {chosen} is there already, as number {seen[variant.options] + 1}.",
                reason="same_variant",
            )
        seen[variant.options] = index
