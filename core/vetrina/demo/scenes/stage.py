"""The stage of every picture: the page, the soft backdrop and the table, or the table from above."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from vetrina.demo.shapes.ink import at, box, line, number, oval, path, tone

Drawing = Callable[[], str]
"""Draws one whole picture when called."""

FLOOR = 968
"""Where things stand, in picture units from the top."""

GROUNDS: Mapping[str, str] = MappingProxyType(
    {
        "sage": "#dde5cf",
        "butter": "#f7e7bf",
        "blush": "#f5dacd",
        "sky": "#d5e4ea",
        "sand": "#efe3cf",
        "lilac": "#e4dcea",
        "clay": "#ebc5ac",
        "mint": "#d2e6dc",
        "stone": "#e3e0d9",
        "rose": "#efd0d0",
    }
)


def niche(ground: str, *parts: str, zoom: float = 1.08) -> str:
    """A picture seen from the front: an arched niche behind, a table below; parts stand on FLOOR, zoomed around it."""
    colour = GROUNDS[ground]
    arch = "M210 880L210 530A390 390 0 0 1 990 530L990 880Z"
    back = (
        box(0, 0, 1200, 1200, colour)
        + path(arch, tone(colour, 0.5))
        + line("M210 880L210 530A390 390 0 0 1 990 530L990 880", tone(colour, 0.75), 6)
    )
    table = box(0, 872, 1200, 328, tone(colour, -0.1)) + box(0, 872, 1200, 10, tone(colour, 0.35), opacity=0.7)
    return _page(back + table, (at(600, FLOOR, at(-600, -FLOOR, *parts), scale=zoom),))


def surface(ground: str, *parts: str) -> str:
    """A picture seen from above: one wide disc of light on the table; parts are placed around (600, 600)."""
    colour = GROUNDS[ground]
    back = (
        box(0, 0, 1200, 1200, colour)
        + oval(600, 600, 500, 500, tone(colour, 0.4))
        + oval(600, 600, 430, 430, tone(colour, 0.55))
    )
    return _page(back, parts)


def window(ground: str, awning: str, *parts: str) -> str:
    """A picture of the shop window: a scalloped awning above, a wooden shelf below; parts stand on FLOOR."""
    colour = GROUNDS[ground]
    width = 1200 / 8
    scallops = ""
    for step in range(8):
        x = step * width
        shade = awning if step % 2 == 0 else "#fdf8ee"
        edge = (
            f"M{number(x)} 0L{number(x + width)} 0L{number(x + width)} 168"
            f"A{number(width / 2)} 66 0 0 1 {number(x)} 168Z"
        )
        scallops += path(edge, tone(shade, -0.18), opacity=0.25).replace(
            "<path", '<path transform="translate(0 16)"'
        ) + path(edge, shade)
    pane = box(90, 90, 1020, 800, tone(colour, 0.5)) + path("M250 890L520 90L700 90L430 890Z", "#ffffff", opacity=0.28)
    shelf = (
        box(0, 880, 1200, 176, "#c99a68")
        + box(0, 880, 1200, 16, "#dfb988")
        + box(0, 1056, 1200, 144, tone(colour, -0.25))
    )
    grain = line("M40 980Q300 960 560 984T1160 976M120 1026Q420 1012 760 1030", "#a97b4b", 5, 0.5)
    return _page(box(0, 0, 1200, 1200, tone(colour, -0.12)) + pane + shelf + grain, (*parts, scallops))


def _page(back: str, parts: tuple[str, ...]) -> str:
    glow = '<radialGradient id="shadow"><stop offset="0.35" stop-color="#3a2415" stop-opacity="0.3"/>'
    glow += '<stop offset="1" stop-color="#3a2415" stop-opacity="0"/></radialGradient>'
    head = '<svg xmlns="http://www.w3.org/2000/svg" width="1200" height="1200" viewBox="0 0 1200 1200">'
    return f"{head}<defs>{glow}</defs>{back}{''.join(parts)}</svg>\n"
