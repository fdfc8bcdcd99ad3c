"""Pictures: every illustration of the demo shop by its name, composed as one self-contained SVG."""

from vetrina.demo.scenes import (
    cellar,
    collections,
    counter,
    gifts,
    kitchen,
    larder,
    linen,
    oils,
    pasta,
    roasts,
    sweets,
    table,
)
from vetrina.demo.scenes.stage import Drawing

SHELVES = (collections, oils, pasta, larder, counter, roasts, sweets, cellar, table, kitchen, linen, gifts)


def names() -> tuple[str, ...]:
    """The name of every picture, without folder and ending, in the order of the shelves."""
    return tuple(_drawings())


def draw(name: str) -> str:
    """The picture as an SVG document of 1200 by 1200 pixels; an unknown name raises KeyError."""
    return _drawings()[name]()


def _drawings() -> dict[str, Drawing]:
    found: dict[str, Drawing] = {}
    for shelf in SHELVES:
        found.update(shelf.drawings())
    return found
