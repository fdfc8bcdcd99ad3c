"""A price table: steps without gaps and overlaps, and so much for every unit beyond them. Pure, in whole numbers."""

import itertools
from collections.abc import Sequence
from typing import Literal

import msgspec

from vetrina.kernel.errors import Refusal
from vetrina.kernel.money import LARGEST
from vetrina.plugin.words import Say

Basis = Literal["flat", "weight", "amount", "volume", "pieces"]
"""What a table is entered with: nothing, grams, minor units of its currency, cubic centimetres, pieces."""
MOST_STEPS = 100
LARGEST_MEASURE = 10**12


class TableGap(Refusal):
    """Nobody could say what something between two steps costs. Facts: after, before."""

    code = "TABLE_GAP"
    text = "Nothing is said between {after} and {before}: a step begins where the one before it ends."
    texts = {"it": "Tra {after} e {before} non è detto nulla: uno scaglione comincia dove finisce il precedente."}


class TableOverlap(Refusal):
    """Two steps name a price for the same. Facts: at, before."""

    code = "TABLE_OVERLAP"
    text = "The step from {at} begins before the one ahead of it ends, at {before}."
    texts = {"it": "Lo scaglione da {at} comincia prima della fine del precedente, a {before}."}


class BadTable(Refusal):
    """A table that says nothing, or too much. Facts: problem."""

    code = "BAD_TABLE"
    text = "{problem}"


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """What costs `price` (minor units): more than `over`, and up to `upto`; without an end, anything more."""

    over: int
    upto: int | None
    price: int


class PriceTable(msgspec.Struct, frozen=True, kw_only=True):
    """Prices in one currency. Beyond the last step every begun `unit` more costs `per_unit`, up to `most`."""

    steps: tuple[Step, ...]
    unit: int = 0
    per_unit: int = 0
    most: int | None = None


def checked_table(table: PriceTable) -> PriceTable:
    """The table with its steps in order. Raises TableGap, TableOverlap, BadTable; `field` names the step's place."""
    if not 1 <= len(table.steps) <= MOST_STEPS:
        raise BadTable(
            problem=Say(
                f"A table has between one step and {MOST_STEPS}.", it=f"Una tabella ha da uno a {MOST_STEPS} scaglioni."
            )
        )
    steps = tuple(sorted(table.steps, key=lambda step: step.over))
    reached: int | None = 0
    for index, step in enumerate(steps):
        at = (str(index),)
        if not 0 <= step.price <= LARGEST:
            raise BadTable(field=(*at, "price"), problem=Say("A price is zero or more.", it="Un prezzo è zero o più."))
        if not 0 <= step.over <= LARGEST_MEASURE or not (step.upto is None or step.over < step.upto <= LARGEST_MEASURE):
            raise BadTable(
                field=(*at, "upto"),
                problem=Say(
                    "A step ends above where it begins.", it="Uno scaglione finisce oltre il punto in cui comincia."
                ),
            )
        if reached is None or step.over < reached:
            raise TableOverlap(field=(*at, "over"), at=step.over, before="-" if reached is None else reached)
        if step.over > reached:
            raise TableGap(field=(*at, "over"), after=reached, before=step.over)
        reached = step.upto
    return _checked_rest(msgspec.structs.replace(table, steps=steps))


def _checked_rest(table: PriceTable) -> PriceTable:
    last = table.steps[-1].upto
    if table.unit < 0 or not 0 <= table.per_unit <= LARGEST or bool(table.unit) != bool(table.per_unit):
        raise BadTable(
            field=("unit",),
            problem=Say(
                "What comes on top needs both a unit and a price for it.",
                it="Ciò che si aggiunge ha bisogno sia di un'unità sia di un prezzo.",
            ),
        )
    if table.unit and last is None:
        raise BadTable(
            field=("unit",),
            problem=Say(
                "The last step has no end: nothing can come beyond it.",
                it="L'ultimo scaglione non ha fine: oltre non può esserci nulla.",
            ),
        )
    if table.most is not None and (last is None or not table.unit or table.most <= last):
        raise BadTable(
            field=("most",),
            problem=Say(
                "A limit lies beyond the last step, where something comes on top.",
                it="Un limite sta oltre l'ultimo scaglione, dove si aggiunge qualcosa.",
            ),
        )
    return table


def price_in(table: PriceTable, value: int) -> int | None:
    """What so much costs, in minor units; None where the table ends below it. A step's end belongs to it."""
    for step in table.steps:
        if step.upto is None or value <= step.upto:
            return step.price
    last = table.steps[-1]
    if not table.unit or last.upto is None or (table.most is not None and value > table.most):
        return None
    begun = -((last.upto - value) // table.unit)
    return min(last.price + begun * table.per_unit, LARGEST)


def limit_of(table: PriceTable) -> int | None:
    """The most a table has a price for; None where there is no end."""
    last = table.steps[-1].upto
    return table.most if table.unit and last is not None else last


def flat(price: int) -> PriceTable:
    """The same price for anything."""
    return PriceTable(steps=(Step(over=0, upto=None, price=price),))


def is_rising(steps: Sequence[Step]) -> bool:
    """Whether more never costs less."""
    return all(one.price <= other.price for one, other in itertools.pairwise(steps))
