"""Unit prices: what a kilogram or a litre of something costs (Directive 98/6/EC; Codice del consumo, art. 13-17)."""

from fractions import Fraction

from vetrina.kernel.errors import BadInput
from vetrina.vocabulary import UnitMeasure

Path = tuple[str, ...]

KINDS = {
    "WEIGHT": {
        "MG": Fraction(1, 1000), "G": Fraction(1), "KG": Fraction(1000),
        "OZ": Fraction("28.349523125"), "LB": Fraction("453.59237"),
    },
    "VOLUME": {
        "ML": Fraction(1), "CL": Fraction(10), "L": Fraction(1000), "M3": Fraction(1_000_000),
        "FLOZ": Fraction("29.5735295625"), "PT": Fraction("473.176473"), "QT": Fraction("946.352946"),
        "GAL": Fraction("3785.411784"),
    },
    "LENGTH": {
        "MM": Fraction(1), "CM": Fraction(10), "M": Fraction(1000),
        "IN": Fraction("25.4"), "FT": Fraction("304.8"), "YD": Fraction("914.4"),
    },
    "AREA": {"M2": Fraction(1), "FT2": Fraction("0.09290304")},
    "COUNT": {"ITEM": Fraction(1)},
}  # fmt: skip
"""Each unit in one of its kind; volumes are those of the United States (NIST Handbook 44, appendix C)."""
UNITS = {unit: (kind, size) for kind, units in KINDS.items() for unit, size in units.items()}
LARGEST = 1_000_000


def measured_kind(measure: UnitMeasure) -> str:
    """WEIGHT, VOLUME, LENGTH, AREA or COUNT."""
    return UNITS[measure.unit][0]


def unit_price(amount: int, measure: UnitMeasure) -> int:
    """What the reference quantity costs where a piece costs `amount`; minor units, half a unit is rounded up."""
    piece = Fraction(measure.quantity, 1000) * UNITS[measure.unit][1]
    reference = measure.reference * UNITS[measure.reference_unit][1]
    return int(amount * reference / piece + Fraction(1, 2))


def checked_measure(measure: UnitMeasure, path: Path) -> UnitMeasure:
    """The measure, if it is one. Raises BadInput."""
    for name in ("unit", "reference_unit"):
        if getattr(measure, name) not in UNITS:
            raise BadInput(field=(*path, name), problem=f"A unit is one of {', '.join(UNITS)}.", reason="unit")
    if UNITS[measure.unit][0] != UNITS[measure.reference_unit][0]:
        problem = f"{measure.unit} and {measure.reference_unit} do not measure the same."
        raise BadInput(field=(*path, "reference_unit"), problem=problem, reason="unit")
    if not 1 <= measure.quantity <= LARGEST * 1000:
        raise BadInput(
            field=(*path, "quantity"),
            problem=f"A piece holds between 0.001 and {LARGEST} of its unit.",
            reason="above_zero",
            most=LARGEST,
        )
    if not 1 <= measure.reference <= LARGEST:
        raise BadInput(
            field=(*path, "reference"),
            problem=f"The reference is between 1 and {LARGEST}.",
            reason="range",
            least=1,
            most=LARGEST,
        )
    return measure
