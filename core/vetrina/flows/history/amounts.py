"""Exact amounts: minor units, and beside them what a finer source has below those."""

from decimal import Decimal

from vetrina.kernel.errors import BadInput
from vetrina.kernel.money import LARGEST

FINEST = 1_000_000
"""Parts of a minor unit that are kept."""


def exact(value: Decimal, places: int, field: str) -> tuple[int, int]:
    """Minor units, and the millionths of one that are left: exactly the value, whatever its sign. Raises BadInput."""
    if not value.is_finite() or abs(value) > LARGEST:
        raise BadInput(field=("lines", field), problem="The amount is out of range.")
    scaled = value.scaleb(places + 6)
    parts = int(scaled)
    if parts != scaled:
        raise BadInput(field=("lines", field), problem=f"The amount {value} is finer than a millionth of a cent.")
    minor = (parts + FINEST // 2) // FINEST
    return minor, parts - minor * FINEST


def whole(value: Decimal, places: int, field: str) -> int:
    """Minor units alone. Raises BadInput for anything finer."""
    minor, rest = exact(value, places, field)
    if rest:
        raise BadInput(field=(field,), problem=f"The amount {value} is finer than its currency.")
    return minor
