"""Where the bars and the line of a chart stand; the drawing itself is a template's."""

from collections.abc import Sequence
from math import floor, isfinite, log10
from typing import Any

import msgspec

from vetrina.plugin import WrongAnswer

WIDTH, HEIGHT = 600, 160
"""Of the drawing, which is stretched to the place there is; words stand outside of it."""
MOST_POINTS = 400
NAMED = 8
"""Points whose names have room below them; of more the first, the middle and the last."""


class Bar(msgspec.Struct, frozen=True):
    """A rectangle in the drawing."""

    x: float
    y: float
    width: float
    height: float


class Drawn(msgspec.Struct, frozen=True):
    """A chart's geometry: bars or the corners of a line, the line of zero, the values at its top and bottom."""

    bars: tuple[Bar, ...]
    corners: str
    zero: float
    top: float
    bottom: float
    names: tuple[int, ...]
    """Which points are named below it."""


def draw_chart(values: Sequence[Any], kind: str) -> Drawn:
    """Raises WrongAnswer for too many points, for what is no number, for a kind there is not."""
    if kind not in ("bars", "line"):
        raise WrongAnswer(f"{kind!r} is no kind of chart")
    if len(values) > MOST_POINTS:
        raise WrongAnswer(f"a chart of {len(values)} points: at most {MOST_POINTS} can be told apart")
    if not all(isinstance(value, int | float) and isfinite(value) for value in values):
        raise WrongAnswer("a chart's values are numbers")
    top, bottom = _round(max([0.0, *values])), 0.0 - _round(-min([0.0, *values]))
    top = top if top > bottom else bottom + 1
    step = WIDTH / max(len(values), 1)

    def height(value: float) -> float:
        return round(HEIGHT * (top - value) / (top - bottom), 2)

    zero = height(0)
    if kind == "line":
        stride = WIDTH / max(len(values) - 1, 1)
        corners = " ".join(f"{round(index * stride, 2)},{height(value)}" for index, value in enumerate(values))
        return Drawn((), corners, zero, top, bottom, _named(len(values)))
    bars = tuple(
        Bar(
            x=round((index + 0.12) * step, 2),
            y=min(height(value), zero),
            width=round(step * 0.76, 2),
            height=round(abs(height(value) - zero), 2),
        )
        for index, value in enumerate(values)
    )
    return Drawn(bars, "", zero, top, bottom, _named(len(values)))


def _round(value: float) -> float:
    """A little above the value, and easy to read: 1, 2, 2.5, 5 or 10 times a power of ten."""
    if value <= 0:
        return 0.0
    power = 10.0 ** floor(log10(value))
    return next(factor * power for factor in (1, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10) if factor * power >= value * 0.999_999)


def _named(count: int) -> tuple[int, ...]:
    if count <= NAMED:
        return tuple(range(count))
    return (0, count // 2, count - 1)
