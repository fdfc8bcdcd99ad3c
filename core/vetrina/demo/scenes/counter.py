"""Scenes of the deli counter: cheese and cured meats."""

from vetrina.demo.scenes.stage import FLOOR, Drawing, niche, surface
from vetrina.demo.shapes.deli import (
    ball,
    folds,
    guanciale,
    ham,
    mortadella,
    nduja,
    pear_cheese,
    salami,
    shavings,
    slice_of,
    wedge,
    wheel,
)
from vetrina.demo.shapes.ink import at, line, oval, shadow
from vetrina.demo.shapes.kitchen import board, cheese_knife
from vetrina.demo.shapes.motifs import basil, chilli, crown, leaf, rosemary, tomato
from vetrina.demo.shapes.sweets import grissini
from vetrina.demo.shapes.table import bowl, plate_above


def drawings() -> dict[str, Drawing]:
    """Every picture of this shelf by name."""
    return _cheese() | _meat()


def _cheese() -> dict[str, Drawing]:
    return {
        "parmigiano": lambda: niche(
            "butter",
            at(600, FLOOR - 10, wheel("#d9a441", _dots())),
            at(610, FLOOR - 226, wedge("#c68a2e", "#f2d488", grain="#fff6da"), scale=0.8),
            zoom=1.35,
        ),
        "parmigiano-detail": lambda: surface(
            "butter",
            at(560, 600, board("#b9824a")),
            at(500, 660, wedge("#c68a2e", "#f2d488", grain="#fff6da"), scale=0.72),
            at(770, 560, shavings("#f3dc9c")),
            at(420, 920, cheese_knife(), turn=-8),
        ),
        "pecorino": lambda: niche(
            "stone",
            at(600, FLOOR - 10, wheel("#3b3735", at(0, 0, crown("#d9cfc0"), scale=0.8), w=520, h=250)),
            at(640, FLOOR - 250, wedge("#3b3735", "#f7efdb", grain="#e6d8b8"), scale=0.66),
            zoom=1.35,
        ),
        "gorgonzola": lambda: niche(
            "sky",
            at(600, FLOOR, wedge("#c9a07a", "#fbf3dd", specks="#6f9a9a", h=250), scale=1.12),
            zoom=1.15,
        ),
        "gorgonzola-detail": lambda: surface(
            "sky",
            at(
                600,
                600,
                plate_above(
                    "#fdfbf4", "#6f9a9a", pattern=at(0, 120, wedge("#c9a07a", "#fbf3dd", specks="#6f9a9a"), scale=0.6)
                ),
            ),
            at(960, 860, leaf("#8a9c6a"), scale=1.4),
        ),
        "mozzarella": lambda: niche(
            "mint",
            at(
                560,
                FLOOR,
                bowl(
                    "#7fa3ad",
                    "#e6f0ee",
                    w=560,
                    h=190,
                    full=at(-90, 36, ball("#fffdf6", r=130)) + at(120, 40, ball("#fdf9ee", r=116)),
                ),
            ),
            at(900, FLOOR, shadow(70), at(0, -46, tomato(), scale=0.9)),
            at(330 - 70, FLOOR + 4, basil(), scale=1.1),
            zoom=1.35,
        ),
        "caciocavallo": _caciocavallo,
    }


def _meat() -> dict[str, Drawing]:
    return {
        "prosciutto": lambda: niche(
            "blush",
            at(590, FLOOR - 10, ham(), scale=1.08),
            at(870, FLOOR + 4, rosemary(), turn=70),
            zoom=1.25,
        ),
        "prosciutto-detail": lambda: surface(
            "blush",
            at(600, 600, board("#c4935a")),
            at(560, 690, folds("#d9796a", "#fbe6da")),
            at(590, 560, folds("#d26e60", "#fbe6da"), scale=0.86),
            at(880, 900, grissini(count=4), scale=0.6, turn=-64),
        ),
        "salame": lambda: niche(
            "sand",
            at(560, FLOOR - 4, salami()),
            at(890, FLOOR + 20, shadow(70), at(0, -12, slice_of("#a63c36", "#f6dccf", "#d6c6b3", rx=76, ry=30))),
            zoom=1.3,
        ),
        "salame-detail": lambda: surface(
            "sand",
            at(560, 600, board("#b9824a")),
            *(
                at(330 + step * 108, 600 + (step % 2) * 40, slice_of("#a63c36", "#f6dccf", "#e0d2c0", rx=96, ry=96))
                for step in range(5)
            ),
        ),
        "mortadella": lambda: niche(
            "rose",
            at(600, FLOOR, mortadella(), scale=1.05),
            at(940, FLOOR + 26, leaf(), turn=-20),
            zoom=1.25,
        ),
        "guanciale": lambda: niche("sage", at(600, FLOOR - 10, guanciale()), zoom=1.4),
        "nduja": lambda: niche(
            "clay",
            at(580, FLOOR - 6, nduja()),
            at(920, FLOOR - 40, shadow(60, y=40), chilli()),
            at(300 - 50, FLOOR - 6, chilli(), turn=70, scale=0.9),
            zoom=1.35,
        ),
    }


def _dots() -> str:
    lines = ""
    for row in range(3):
        for col in range(13):
            lines += oval((col - 6) * 34, row * 30 - 30 + abs(col - 6) ** 2 * -0.5, 7, 5, "#a8742a", 0.75)
    return lines


def _caciocavallo() -> str:
    return niche(
        "clay",
        line("M150 186L1050 186", "#8d6238", 26),
        at(440, FLOOR - 84, pear_cheese("#e2b054")),
        at(760, FLOOR - 84, pear_cheese("#cf9440")),
        zoom=1,
    )
