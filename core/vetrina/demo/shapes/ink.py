"""Ink: the few marks every demo picture is made of, as strings of SVG in a 1200 by 1200 space."""

import math
from collections.abc import Iterator, Sequence

Corner = tuple[float, float, float]
"""A corner of an outline: x, y and the radius it is rounded with, all in picture units."""

GOLDEN_ANGLE = math.pi * (3 - math.sqrt(5))


def number(value: float) -> str:
    """A coordinate with at most one decimal, so that the files stay small."""
    text = f"{value:.1f}"
    return text.removesuffix(".0") if text != "-0.0" else "0"


def tone(colour: str, amount: float) -> str:
    """The colour (#rrggbb) moved towards white (amount 0 to 1) or towards a warm black (amount -1 to 0)."""
    target = (255, 255, 255) if amount > 0 else (38, 22, 14)
    parts = [int(colour[i : i + 2], 16) for i in (1, 3, 5)]
    mixed = [round(part + (goal - part) * abs(amount)) for part, goal in zip(parts, target, strict=True)]
    return "#" + "".join(f"{part:02x}" for part in mixed)


def path(d: str, fill: str = "none", *, stroke: str | None = None, width: float = 0, opacity: float = 1) -> str:
    """A path with a fill, a round-ended stroke (width in picture units), or both."""
    line = f' stroke="{stroke}" stroke-width="{number(width)}" stroke-linecap="round"' if stroke else ""
    join = ' stroke-linejoin="round"' if stroke else ""
    return f'<path d="{d}" fill="{fill}"{line}{join}{_veil(opacity)}/>'


def line(d: str, stroke: str, width: float, opacity: float = 1) -> str:
    """An open stroke along a path."""
    return path(d, stroke=stroke, width=width, opacity=opacity)


def oval(x: float, y: float, rx: float, ry: float | None = None, fill: str = "#000000", opacity: float = 1) -> str:
    """An ellipse around (x, y); a circle when only rx is given."""
    down = rx if ry is None else ry
    place = f'cx="{number(x)}" cy="{number(y)}" rx="{number(rx)}" ry="{number(down)}"'
    return f'<ellipse {place} fill="{fill}"{_veil(opacity)}/>'


def ring(x: float, y: float, rx: float, ry: float, stroke: str, width: float, opacity: float = 1) -> str:
    """The outline of an ellipse."""
    place = f'cx="{number(x)}" cy="{number(y)}" rx="{number(rx)}" ry="{number(ry)}"'
    return f'<ellipse {place} fill="none" stroke="{stroke}" stroke-width="{number(width)}"{_veil(opacity)}/>'


def box(x: float, y: float, w: float, h: float, fill: str, *, r: float = 0, opacity: float = 1) -> str:
    """A rectangle from its upper left corner, its corners rounded by r."""
    place = f'x="{number(x)}" y="{number(y)}" width="{number(w)}" height="{number(h)}"'
    corner = f' rx="{number(r)}"' if r else ""
    return f'<rect {place}{corner} fill="{fill}"{_veil(opacity)}/>'


def at(x: float, y: float, *parts: str, scale: float = 1, turn: float = 0, flip: bool = False) -> str:
    """The parts moved to (x, y), turned clockwise by degrees and scaled; flip mirrors them left to right."""
    moves = f"translate({number(x)} {number(y)})"
    if turn:
        moves += f" rotate({number(turn)})"
    if scale != 1 or flip:
        moves += f" scale({-scale if flip else scale:.3g} {scale:.3g})"
    return f'<g transform="{moves}">{"".join(parts)}</g>'


def outline(corners: Sequence[Corner]) -> str:
    """The closed path through the corners, each rounded by its radius as far as its edges allow."""
    steps: list[str] = []
    for index, (x, y, radius) in enumerate(corners):
        before, after = corners[index - 1], corners[(index + 1) % len(corners)]
        into = _towards((x, y), (before[0], before[1]), radius)
        out = _towards((x, y), (after[0], after[1]), radius)
        start = "L" if index else "M"
        steps.append(f"{start}{_pair(into)}Q{_pair((x, y))} {_pair(out)}")
    return "".join(steps) + "Z"


def shaped(corners: Sequence[Corner], fill: str, opacity: float = 1) -> str:
    """A filled outline."""
    return path(outline(corners), fill, opacity=opacity)


def between(profile: Sequence[Corner], left: float, right: float) -> list[Corner]:
    """The part of a turned body between two shares of its half width (-1 is its left edge, 1 its right edge)."""
    return [(x * right, y, r) for x, y, r in profile] + [(x * left, y, r) for x, y, r in reversed(profile)]


def turned(profile: Sequence[Corner], fill: str, *, shade: float = 0.16, shine: float = 0.22) -> str:
    """A body as if turned on a lathe: half widths from top to bottom, shaded on the right, lit on the left."""
    return (
        shaped(between(profile, -1, 1), fill)
        + shaped(between(profile, 0.42, 1), tone(fill, -0.75), shade)
        + (shaped(between(profile, -0.82, -0.62), "#ffffff", shine) if shine else "")
    )


def spiral(count: int, rx: float, ry: float, start: float = 0.6) -> Iterator[tuple[float, float, float]]:
    """Evenly strewn places in an ellipse around the origin, with an angle in degrees for each; always the same."""
    for index in range(count):
        reach = math.sqrt((index + start) / count)
        angle = index * GOLDEN_ANGLE
        yield reach * rx * math.cos(angle), reach * ry * math.sin(angle), math.degrees(angle) % 360


def shadow(rx: float, ry: float | None = None, x: float = 0, y: float = 0) -> str:
    """The soft shadow a thing throws on the table, from the gradient every picture carries."""
    return oval(x, y, rx, ry if ry is not None else max(rx * 0.12, 16), "url(#shadow)")


def _towards(origin: tuple[float, float], goal: tuple[float, float], distance: float) -> tuple[float, float]:
    length = math.dist(origin, goal)
    share = min(distance / length, 0.5) if length else 0
    return origin[0] + (goal[0] - origin[0]) * share, origin[1] + (goal[1] - origin[1]) * share


def _pair(point: tuple[float, float]) -> str:
    return f"{number(point[0])} {number(point[1])}"


def _veil(opacity: float) -> str:
    return "" if opacity >= 1 else f' opacity="{opacity:.2g}"'
