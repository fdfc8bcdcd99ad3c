"""Scenes of the pasta and grains shelf."""

from vetrina.demo.scenes.stage import FLOOR, Drawing, niche, surface
from vetrina.demo.shapes.ink import at, oval
from vetrina.demo.shapes.kitchen import pasta_board, rolling_pin
from vetrina.demo.shapes.motifs import basil, sun, tomato, wheat
from vetrina.demo.shapes.packs import pasta_box, pouch, sack
from vetrina.demo.shapes.pantry import flour_heap, heap, nest, orecchietta, paccheri, scoop, spaghetti, strewn
from vetrina.demo.shapes.table import plate_above


def drawings() -> dict[str, Drawing]:
    """Every picture of this shelf by name."""
    return _dried() | _grains()


def _dried() -> dict[str, Drawing]:
    return {
        "spaghetti": lambda: niche(
            "sky",
            at(500, FLOOR, pasta_box("#2f5d8a", "#f3d27a", wheat("#f3d27a"), _rods())),
            at(830, FLOOR, spaghetti()),
            zoom=1.15,
        ),
        "spaghetti-detail": lambda: surface("sky", at(600, 600, plate_above("#fbfaf4", "#2f5d8a", pattern=_tangle()))),
        "paccheri": lambda: niche(
            "blush",
            at(500, FLOOR, pasta_box("#b5472f", "#f8e3b8", wheat("#f8e3b8"), at(0, 0, paccheri(), scale=1.1))),
            _tubes(),
            zoom=1.15,
        ),
        "orecchiette": lambda: niche(
            "sand",
            at(
                560,
                FLOOR,
                pouch("#efe6d2", "#5f7f5a", "#efe6d2", wheat("#5f7f5a"), strewn(orecchietta(), 5, 60, 46, 0.6)),
            ),
            at(870, FLOOR - 28, orecchietta()),
            at(800, FLOOR + 18, orecchietta(), scale=0.9),
            zoom=1.4,
        ),
        "orecchiette-detail": lambda: surface(
            "sand",
            at(600, 600, pasta_board(dough="#dcb47c"), strewn(orecchietta(), 15, 280, 170, 0.95)),
            at(240, 240, basil(), scale=1.2),
        ),
        "tagliatelle": lambda: niche(
            "butter",
            at(
                600,
                FLOOR,
                pasta_box("#f2b63c", "#7d3b24", wheat("#7d3b24"), at(0, 6, nest(), scale=0.62), w=440, h=460),
            ),
            at(930, FLOOR - 56, nest(), scale=0.9),
            zoom=1.3,
        ),
        "tagliatelle-detail": lambda: surface(
            "butter",
            at(600, 560, pasta_board()),
            at(450, 620, nest()),
            at(740, 600, nest(), scale=0.95),
            at(590, 450, nest(), scale=0.9),
            at(600, 920, rolling_pin(), turn=-4),
        ),
    }


def _grains() -> dict[str, Drawing]:
    return {
        "carnaroli": lambda: niche(
            "mint",
            at(500, FLOOR, sack("#f3eee0", "#4f7f72", wheat("#4f7f72"))),
            at(860, FLOOR, heap("#f5eedc", rx=180, tall=100, count=170, seed=(11, 5), vary=0.1)),
            zoom=1.25,
        ),
        "lentils": lambda: niche(
            "sage",
            at(
                480,
                FLOOR,
                pouch(
                    "#e7d9bd",
                    "#7d6a3c",
                    "#f4ead2",
                    sun("#7d6a3c"),
                    at(0, 40, heap("#8a7a4a", rx=80, tall=80, count=60, seed=(7, 6))),
                ),
            ),
            at(830, FLOOR, heap("#85764a", rx=210, tall=120, count=230, seed=(10, 8), vary=0.34)),
            zoom=1.15,
        ),
        "lentils-detail": lambda: surface(
            "sage", at(600, 600, plate_above("#f7f2e6", "#8a5a3c", pattern=_pulses())), at(880, 920, scoop(), turn=-20)
        ),
        "polenta": lambda: niche(
            "clay",
            at(480, FLOOR, sack("#ecd9b4", "#b5702c", sun("#d98f2e"))),
            at(850, FLOOR, flour_heap("#f2c04a")),
            at(890, FLOOR - 76, scoop(), scale=0.8, turn=-24),
            zoom=1.25,
        ),
    }


def _rods() -> str:
    return "".join(oval(-88 + step * 11, 0, 4.4, 84, "#e9bf62" if step % 2 else "#d9a94c") for step in range(17))


def _tangle() -> str:
    sauce = oval(0, -10, 96, 84, "#c8402c") + oval(-24, -36, 30, 16, "#e2664c")
    return at(0, 6, nest("#edc66d", 12), scale=1.75) + at(0, -20, sauce) + at(6, -52, basil(), scale=1.0)


def _tubes() -> str:
    places = ((800, FLOOR - 46), (910, FLOOR - 40), (856, FLOOR - 130), (740, FLOOR + 10), (980, FLOOR + 18))
    return "".join(at(x, y, paccheri()) for x, y in places) + at(330 - 70, FLOOR - 20, tomato(), scale=1.1)


def _pulses() -> str:
    seeds = strewn(oval(0, 0, 15, 11, "#7d7044") + oval(-3, -3, 6, 3, "#b3a56e"), 260, 205, 205)
    return oval(0, 0, 212, 212, "#6c6038") + seeds
