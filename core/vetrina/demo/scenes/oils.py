"""Scenes of the oil and vinegar shelf."""

from vetrina.demo.scenes.stage import FLOOR, Drawing, niche, surface
from vetrina.demo.shapes.deli import shavings
from vetrina.demo.shapes.ink import at, line, oval, shadow
from vetrina.demo.shapes.motifs import citrus_slice, grapes, leaf, lemon, olive, olive_sprig
from vetrina.demo.shapes.table import bowl, plate_above
from vetrina.demo.shapes.vessels import bottle, can


def drawings() -> dict[str, Drawing]:
    """Every picture of this shelf by name."""
    return {
        "taggiasca-oil": _taggiasca,
        "taggiasca-oil-detail": lambda: surface(
            "sage",
            _dish("#c9b13c"),
            _bread(820, 830),
            _bread(930, 720),
            at(270, 850, olive_sprig(), scale=2.2, turn=30),
        ),
        "coratina-oil": lambda: niche(
            "butter",
            at(610, FLOOR, can("#3f6a4c", "#f3e3b0", "#3f6a4c", olive_sprig())),
            _olives(310, "#5c6a30"),
            zoom=1.25,
        ),
        "lemon-oil": _lemon,
        "lemon-oil-detail": lambda: surface(
            "butter", at(600, 600, plate_above("#fbfaf4", "#7d9fb0", pattern=_slices()))
        ),
        "balsamic-igp": lambda: niche(
            "rose",
            at(520, FLOOR, _balsamic("#3b2326", "#f4e8d6", "#7b2d34")),
            at(760, FLOOR, _balsamic("#3b2326", "#e4cfa4", "#5b2b1f"), scale=0.82),
            at(900, FLOOR - 44, grapes(), scale=1.1, turn=16),
            zoom=1.2,
        ),
        "balsamic-dop": lambda: niche(
            "lilac",
            at(
                600,
                FLOOR,
                bottle("#2e1b1a", "#c9a24f", "#f6efe0", "#8a6a2c", grapes("#8a6a2c"), form="bulb"),
                scale=1.35,
            ),
            at(900, FLOOR, shadow(80), at(0, -44, grapes())),
            zoom=1.1,
        ),
        "balsamic-dop-detail": _drops,
        "wine-vinegar": lambda: niche(
            "blush",
            at(
                560,
                FLOOR,
                bottle("#e9f0ea", "#3d3a36", "#f8f1e3", "#9c3442", grapes("#9c3442"), form="square", fill="#a8394a"),
            ),
            at(840, FLOOR, bowl("#f3efe6", "#a8394a", w=270, h=110)),
            zoom=1.3,
        ),
    }


def _taggiasca() -> str:
    green = bottle("#5b6b39", "#2f3a22", "#f7f1df", "#5b6b39", olive_sprig(), form="oil")
    small = bottle("#5b6b39", "#2f3a22", "#f7f1df", "#5b6b39", olive_sprig(), form="oil")
    return niche("sage", at(690, FLOOR, small, scale=0.72), at(490, FLOOR, green), _olives(840, "#4f4a36"))


def _lemon() -> str:
    tall = bottle("#e6efe6", "#d8ad2f", "#fffaf0", "#b58a1c", lemon(), form="spirit", fill="#e0c23d")
    return niche(
        "butter",
        at(520, FLOOR, tall),
        at(790, FLOOR - 60, shadow(110, y=56), lemon(), scale=1.5),
        at(940, FLOOR - 26, citrus_slice(), scale=0.9),
    )


def _balsamic(glass: str, paper: str, ink: str) -> str:
    return bottle(glass, "#7b2d34", paper, ink, grapes(ink), form="square")


def _drops() -> str:
    sauce = oval(0, 0, 130, 120, "#3a1d16") + oval(-40, -40, 30, 16, "#ffffff", 0.3)
    beads = "".join(
        oval(x, y, r, r, "#3a1d16") for x, y, r in ((-150, 60, 16), (-110, 120, 11), (150, -70, 18), (120, -130, 10))
    )
    flakes = shavings("#f1d58e")
    return surface(
        "lilac", at(600, 600, plate_above("#fdfaf3", "#c9a24f", pattern=sauce + beads + at(60, 150, flakes, scale=0.8)))
    )


def _dish(oil: str) -> str:
    pool = (
        oval(0, 0, 190, 186, oil)
        + oval(-56, -60, 56, 28, "#ffffff", 0.4)
        + line("M40 110Q110 90 130 20", "#ffffff", 10, 0.3)
    )
    return at(560, 560, plate_above("#f8f5ea", "#8fa37a", r=300, pattern=pool))


def _bread(x: float, y: float) -> str:
    crumb = oval(0, 0, 104, 74, "#b97a3c") + oval(0, -4, 90, 61, "#f4dfb4")
    return at(
        x,
        y,
        crumb,
        "".join(oval(a, b, 9, 6, "#e2c48c") for a, b in ((-40, -10), (10, 16), (44, -14), (-6, -30))),
        turn=-24,
    )


def _olives(x: float, colour: str) -> str:
    fruit = "".join(at(a, b, olive(colour), turn=t) for a, b, t in ((-46, -26, 70), (30, -26, 100), (-6, -76, 84)))
    return at(x, FLOOR + 6, shadow(100), fruit, at(60, -34, leaf("#8a9c6a"), turn=-30))


def _slices() -> str:
    ring_ = "".join(at(a, b, citrus_slice(), scale=1.5) for a, b in ((-100, -50), (92, -70), (0, 96)))
    return ring_ + at(140, 90, leaf(), turn=20) + at(-170, 90, leaf(), turn=160)
