"""Scenes of the cellar shelf."""

from vetrina.demo.scenes.stage import FLOOR, Drawing, niche
from vetrina.demo.shapes.ink import at, oval, shadow
from vetrina.demo.shapes.motifs import citrus_slice, grapes, lemon, sun
from vetrina.demo.shapes.packs import crate
from vetrina.demo.shapes.table import wine_glass
from vetrina.demo.shapes.vessels import bottle, glass_tumbler


def drawings() -> dict[str, Drawing]:
    """Every picture of this shelf by name."""
    return {
        "chianti": lambda: niche("rose", at(500, FLOOR, _chianti()), at(800, FLOOR, wine_glass("#7d1f33"))),
        "chianti-detail": lambda: niche("rose", at(600, FLOOR, crate("#c99a62", inside=_row())), zoom=1.2),
        "franciacorta": lambda: niche(
            "butter",
            at(500, FLOOR, bottle("#3f5a3c", "#c9a24f", "#f9f3df", "#9a7a30", sun("#c9a24f"), form="sparkling")),
            at(
                810,
                FLOOR,
                wine_glass("#f0d478"),
                oval(-20, -300, 6, 6, "#fffbe6"),
                oval(24, -270, 5, 5, "#fffbe6"),
                oval(4, -244, 5, 5, "#fffbe6"),
            ),
        ),
        "limoncello": lambda: niche(
            "mint",
            at(520, FLOOR, bottle("#eef3e6", "#f6f1e2", "#fffdf2", "#b59a1c", lemon(), form="spirit", fill="#f2dc3f")),
            at(800, FLOOR - 56, shadow(100, y=56), lemon(), scale=1.4),
            at(940, FLOOR - 20, citrus_slice(), scale=0.9),
            zoom=1.12,
        ),
        "chinotto": lambda: niche(
            "clay",
            at(500, FLOOR, _soda()),
            at(690, FLOOR, glass_tumbler("#dfe9e6", "#5b2a18", 0.72)),
            at(860, FLOOR - 36, shadow(60, y=36), citrus_slice("#e2892e", "#f5bd6b"), scale=0.9),
            zoom=1.4,
        ),
        "chinotto-detail": lambda: niche(
            "clay",
            at(
                600,
                FLOOR,
                crate("#d9a75f", inside="".join(at((s - 2) * 124, 0, _soda(), scale=0.98) for s in range(5))),
            ),
            zoom=1.25,
        ),
    }


def _chianti() -> str:
    return bottle("#2f3d2c", "#7d1f2c", "#f8f0dc", "#7d1f2c", grapes("#7d1f2c"), form="wine")


def _row() -> str:
    return "".join(at((step - 1) * 180, 0, _chianti(), scale=0.8) for step in range(3))


def _soda() -> str:
    return bottle("#6b3a22", "#e2892e", "#fdf3dc", "#b5561c", citrus_slice("#e2892e", "#f5bd6b"), form="soda")
