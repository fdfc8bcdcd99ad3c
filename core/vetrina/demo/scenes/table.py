"""Scenes of the ceramics and tableware shelf."""

from vetrina.demo.scenes.stage import FLOOR, Drawing, niche, surface
from vetrina.demo.shapes.ink import at, oval, shadow
from vetrina.demo.shapes.motifs import fig_flower, leaf, lemon, olive_sprig
from vetrina.demo.shapes.pantry import nest
from vetrina.demo.shapes.table import (
    bowl,
    espresso_cup,
    mug,
    plate_above,
    plate_side,
    rim_marks,
    splashes,
    stack,
    steam,
)
from vetrina.demo.shapes.vessels import cruet, glass_tumbler

BLUE, GREEN, CREAM = "#2f5f93", "#6f8a5a", "#fbf7ea"


def drawings() -> dict[str, Drawing]:
    """Every picture of this shelf by name."""
    return {
        "dinner-plates-blue": lambda: surface("sky", _painted(BLUE, leaf(BLUE, 90))),
        "dinner-plates-green": lambda: surface("sage", _painted(GREEN, leaf(GREEN, 90))),
        "dinner-plates-stack": lambda: niche(
            "sky",
            at(
                600,
                FLOOR,
                shadow(300, 34),
                stack(plate_side, (CREAM, "#dce6ee", CREAM, "#dce6ee", CREAM, "#dce6ee"), 34),
            ),
            zoom=1.5,
        ),
        "pasta-bowl": lambda: niche(
            "clay",
            at(600, FLOOR, bowl("#c8704a", "#f3e3cc", w=620, h=230, mark=splashes("#f7ead6", 26, 190, 50))),
            zoom=1.35,
        ),
        "pasta-bowl-detail": lambda: surface(
            "clay", at(600, 600, plate_above("#f6ead8", "#c8704a", pattern=at(0, 6, nest("#edc66d", 12), scale=1.5)))
        ),
        "espresso-cups": lambda: niche(
            "butter",
            at(430, FLOOR, espresso_cup("#d9573f", "#f6efe0"), scale=0.86),
            at(790, FLOOR, espresso_cup("#3f7a8a", "#f6efe0"), scale=0.86),
            at(610, FLOOR + 60, espresso_cup("#e9b53f", "#f6efe0"), at(0, -280, steam()), scale=0.92),
            zoom=1.35,
        ),
        "mug-cream": lambda: niche("sage", at(570, FLOOR, mug(CREAM, olive_sprig(), "#e6dcc4"), scale=1.3), zoom=1.3),
        "mug-sage": lambda: niche(
            "sand",
            at(570, FLOOR, mug("#c9b79a", "", "#8fa37f"), at(0, -90, splashes("#8fa37f", 14, 90, 50)), scale=1.3),
            zoom=1.3,
        ),
        "mug-terracotta": lambda: niche(
            "mint",
            at(570, FLOOR, mug("#d8c3a5", "", "#c2643f"), at(0, -90, splashes("#c2643f", 14, 90, 50)), scale=1.3),
            zoom=1.3,
        ),
        "cruet": lambda: niche(
            "lilac",
            at(
                600,
                FLOOR,
                cruet(CREAM, "#b58a5a", at(0, 30, lemon(), scale=1.2) + at(-20, -80, leaf(GREEN), turn=-150)),
            ),
            at(870, FLOOR - 24, shadow(70, y=24), olive_sprig(), scale=0.9),
            zoom=1.25,
        ),
        "tumblers-amber": lambda: niche("stone", _tumblers("#d9a24f"), zoom=1.2),
        "tumblers-sea": lambda: niche("stone", _tumblers("#6fa8a8"), zoom=1.2),
    }


def _painted(colour: str, mark: str) -> str:
    wreath = rim_marks(at(-45, 0, mark), 16, 262, 0.9) + rim_marks(oval(0, 0, 14, 14, "#e2b23f"), 16, 306, 0.8)
    centre = at(0, 0, fig_flower(colour), scale=1.7)
    return at(600, 600, plate_above(CREAM, colour, r=390, pattern=wreath + centre))


def _tumblers(tint: str) -> str:
    back = "".join(at(x, FLOOR - 30, glass_tumbler(tint), scale=1.05) for x in (470, 740))
    return (
        back
        + at(360, FLOOR + 50, glass_tumbler(tint), scale=1.15)
        + at(605, FLOOR + 60, glass_tumbler(tint, "#eef5f2", 0.5), scale=1.15)
        + at(850, FLOOR + 50, glass_tumbler(tint), scale=1.15)
    )
