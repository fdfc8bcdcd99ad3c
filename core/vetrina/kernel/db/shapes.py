"""What rows a statement returns, and how they become a caller's: worked out once for each statement and kind of row."""

from collections.abc import Callable, Sequence
from itertools import starmap
from typing import Any

import msgspec

from vetrina.kernel.errors import Fault

Convert = Callable[[Any], Any]
Make = Callable[[Sequence[Sequence[Any]]], list[Any]]


class Shape(msgspec.Struct, gc=False):
    """A statement's columns by name, and those whose values the driver does not return as they are meant."""

    columns: tuple[str, ...]
    converted: tuple[tuple[int, Convert], ...]
    made: dict[type, Make] = {}
    """What turns the driver's rows into lists of each kind asked for so far."""

    def tuples(self) -> Make:
        return self.made.get(tuple) or self._learn(tuple)

    def structs(self, row: type[msgspec.Struct]) -> Make:
        """Raises Fault unless the fields are the columns, in their order: by position none can take another's value."""
        make = self.made.get(row)
        if make is not None:
            return make
        if self.columns != row.__struct_fields__:
            raise Fault(f"{row.__name__} has other fields than its statement: {self.columns}")
        return self._learn(row)

    def _learn(self, row: type) -> Make:
        make = self.made[row] = _maker(row, len(self.columns), dict(self.converted))
        return make


def _maker(row: type, width: int, converted: dict[int, Convert]) -> Make:
    """A function of one comprehension, written out for these columns: what one would write by hand."""
    if not converted:
        return _plain_tuples if row is tuple else lambda found: list(starmap(row, found))
    names = [f"v{index}" for index in range(width)]
    values = ", ".join(f"c{index}({name})" if index in converted else name for index, name in enumerate(names))
    made = f"({values},)" if row is tuple else f"row({values})"
    # Its text is made of positions alone; neither a column's name nor a value is in it.
    return eval(  # noqa: S307
        f"lambda found: [{made} for {', '.join(names)}, in found]",
        {"row": row, **{f"c{index}": convert for index, convert in converted.items()}},
    )


def _plain_tuples(found: Sequence[Sequence[Any]]) -> list[Any]:
    return list(map(tuple, found))
