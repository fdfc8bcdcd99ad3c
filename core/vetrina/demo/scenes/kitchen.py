"""Scenes of the kitchen shelf."""

from vetrina.demo.scenes.stage import FLOOR, Drawing, niche, surface
from vetrina.demo.shapes.deli import shavings, wedge
from vetrina.demo.shapes.ink import at, oval, path, shadow
from vetrina.demo.shapes.kitchen import board, cheese_knife, chef_knife, frying_pan, grater, moka, mortar, pot
from vetrina.demo.shapes.motifs import basil, bean, rosemary, tomato
from vetrina.demo.shapes.pantry import heap, spaghetti, strewn
from vetrina.demo.shapes.table import espresso_cup


def drawings() -> dict[str, Drawing]:
    """Every picture of this shelf by name."""
    return _coffee_and_knives() | _pans_and_stone()


def _coffee_and_knives() -> dict[str, Drawing]:
    return {
        "moka-steel": lambda: niche(
            "butter",
            at(520, FLOOR, moka()),
            at(880, FLOOR + 10, espresso_cup("#fdfaf3", "#fdfaf3"), scale=0.6),
            zoom=1.15,
        ),
        "moka-red": lambda: niche(
            "blush",
            at(560, FLOOR, moka("#cf4a38", "#3a2a28")),
            at(900, FLOOR, shadow(70), strewn(at(0, -20, bean(), scale=0.7), 5, 60, 12)),
            zoom=1.15,
        ),
        "moka-green": lambda: niche(
            "sage",
            at(560, FLOOR, moka("#6f9a86", "#3a2f28", "#c9a24f")),
            at(900, FLOOR, shadow(70), strewn(at(0, -20, bean(), scale=0.7), 5, 60, 12)),
            zoom=1.15,
        ),
        "chef-knife": lambda: surface(
            "stone", at(600, 600, chef_knife(), scale=1.25, turn=-32), at(880, 880, rosemary(), scale=1.5, turn=50)
        ),
        "chef-knife-detail": lambda: surface(
            "stone",
            at(540, 620, board()),
            at(640, 720, chef_knife(), turn=-8),
            at(360, 480, tomato(), scale=1.3),
            at(540, 440, tomato("#c93a2a"), scale=1.2),
            at(730, 470, basil(), scale=1.3),
        ),
        "cheese-knife": lambda: surface("butter", at(600, 600, cheese_knife(), scale=1.6, turn=-28)),
        "cheese-knife-detail": lambda: niche(
            "butter",
            at(600, FLOOR, wedge("#c68a2e", "#f2d488", grain="#fff6da")),
            at(640, FLOOR - 330, cheese_knife(), turn=-52),
            zoom=1.25,
        ),
        "olive-board": lambda: surface("sage", at(550, 600, board("#c08a4c"), scale=1.15)),
        "olive-board-detail": lambda: surface(
            "sage",
            at(550, 600, board("#c08a4c"), scale=1.15),
            at(480, 690, wedge("#c68a2e", "#f2d488", grain="#fff6da"), scale=0.6),
            at(740, 540, shavings()),
            at(330, 470, tomato(), scale=0.9),
        ),
    }


def _pans_and_stone() -> dict[str, Drawing]:
    return {
        "iron-pan": lambda: surface("clay", at(500, 690, frying_pan())),
        "iron-pan-detail": lambda: surface("clay", at(500, 690, frying_pan(inside=_eggs()))),
        "pasta-pot": lambda: niche("mint", at(600, FLOOR, pot(), scale=1.1), zoom=1.25),
        "pasta-pot-detail": lambda: niche(
            "mint", at(470, FLOOR, pot(), scale=0.92), at(860, FLOOR, spaghetti()), zoom=1.2
        ),
        "mortar": lambda: niche("lilac", at(580, FLOOR, mortar()), at(930, FLOOR - 20, basil(), scale=1.4), zoom=1.35),
        "grater": lambda: niche(
            "sand",
            at(560, FLOOR, grater(), scale=1.05),
            at(900, FLOOR + 20, heap("#f6e2a6", rx=110, tall=60, count=70, seed=(14, 3), vary=0.1)),
            zoom=1.3,
        ),
        "grater-detail": lambda: niche(
            "sand",
            at(560, FLOOR, grater(), scale=1.05),
            at(560, FLOOR - 390, wedge("#c68a2e", "#f2d488", grain="#fff6da"), scale=0.5),
            zoom=1.3,
        ),
    }


def _eggs() -> str:
    white = "M-150 -20C-160 -130 0 -150 60 -110C170 -80 180 60 90 110C0 160 -140 110 -150 -20Z"
    egg = path(white, "#fffaf0") + oval(0, -10, 60, 58, "#f2b63c") + oval(-18, -28, 16, 10, "#fde3a0")
    return at(-60, -50, egg, scale=0.8) + at(90, 80, egg, scale=0.72, turn=110) + at(-110, 120, rosemary(), turn=40)
