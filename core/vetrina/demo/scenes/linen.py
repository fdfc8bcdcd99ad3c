"""Scenes of the linen and home shelf."""

from vetrina.demo.scenes.stage import FLOOR, Drawing, niche, surface
from vetrina.demo.shapes.home import (
    apron,
    bread_bag,
    candle_glass,
    candlestick,
    draped_table,
    hanging_towel,
    napkin_above,
    pile,
    soap,
    taper,
)
from vetrina.demo.shapes.ink import at, box, oval
from vetrina.demo.shapes.motifs import citrus_slice, fig_flower, lavender, leaf, olive_sprig, rosemary
from vetrina.demo.shapes.table import plate_above, vase

PEG = 250
"""Where cloth hangs from, in picture units from the top."""


def drawings() -> dict[str, Drawing]:
    """Every picture of this shelf by name."""
    return _cloth() | _home()


def _cloth() -> dict[str, Drawing]:
    return {
        "tablecloth-natural": lambda: niche(
            "sage",
            at(600, FLOOR + 40, draped_table("#efe4cf", "#b9a27a")),
            _bunch(FLOOR - 400),
            zoom=1.05,
        ),
        "tablecloth-sage": lambda: niche(
            "sand",
            at(600, FLOOR + 40, draped_table("#a9b896", "#f4eddc")),
            _bunch(FLOOR - 400),
            zoom=1.05,
        ),
        "tablecloth-terracotta": lambda: niche(
            "mint",
            at(600, FLOOR + 40, draped_table("#cf7f5c", "#f4e3cf")),
            _bunch(FLOOR - 400),
            zoom=1.05,
        ),
        "napkins": lambda: niche(
            "rose",
            at(
                600,
                FLOOR,
                pile((("#efe4cf", "#b9a27a"), ("#a9b896", "#f4eddc"), ("#cf7f5c", "#f4e3cf"), ("#efe4cf", "#b9a27a"))),
            ),
            zoom=1.6,
        ),
        "napkins-detail": lambda: surface(
            "rose",
            at(600, 600, napkin_above("#efe4cf", "#cf7f5c", size=620), turn=8),
            at(600, 600, plate_above("#fdfaf3", "#cf7f5c", r=240)),
            at(560, 640, rosemary(), scale=1.3, turn=40),
        ),
        "kitchen-towels": lambda: niche(
            "sky",
            box(170, PEG - 48, 860, 20, "#a9764a", r=10),
            at(410, PEG, hanging_towel("#f6f0e2", "#2f5f93")),
            at(790, PEG, hanging_towel("#f6f0e2", "#c2533f")),
            zoom=1.0,
        ),
        "kitchen-towels-detail": lambda: niche(
            "sky",
            at(600, FLOOR, pile((("#f6f0e2", "#c2533f"), ("#f6f0e2", "#2f5f93"), ("#f6f0e2", "#6f8a5a")), h=78)),
            zoom=1.6,
        ),
        "apron-blue": lambda: niche("butter", at(600, PEG, apron("#3f6488", "#c9a16a"), scale=1.04), zoom=1.05),
        "apron-rust": lambda: niche("sky", at(600, PEG, apron("#b5583a", "#5b4030"), scale=1.04), zoom=1.05),
    }


def _home() -> dict[str, Drawing]:
    return {
        "bread-bag": lambda: niche("clay", at(580, FLOOR, bread_bag("#f0e5d0", "#b5583a"), scale=1.1), zoom=1.15),
        "candle": lambda: niche(
            "lilac",
            at(560, FLOOR, candle_glass("#f3e6d8", "#fdf6e6", "#ffffff", "#7a6a94", lavender()), scale=1.15),
            at(880, FLOOR - 60, lavender(), scale=1.3, turn=14),
            zoom=1.35,
        ),
        "candle-detail": lambda: niche(
            "mint",
            at(410, FLOOR, candle_glass("#c9d6bd", "#fdf6e6", "#ffffff", "#66733c", leaf("#7f9460", 70)), scale=0.8),
            at(
                780,
                FLOOR,
                candle_glass("#f0c98f", "#fdf6e6", "#ffffff", "#a8642c", citrus_slice("#e2892e", "#f5bd6b")),
                scale=0.8,
            ),
            zoom=1.35,
        ),
        "soap": lambda: niche(
            "mint",
            at(540, FLOOR, soap("#a9b87a", olive_sprig("#5f6b38", "#7d8f52"))),
            at(560, FLOOR - 196, soap("#e9dcc0", fig_flower("#c9a88a")), scale=0.9),
            at(880, FLOOR - 10, olive_sprig(), turn=20),
            zoom=1.6,
        ),
        "tapers": lambda: niche(
            "rose",
            at(420, FLOOR, _lit("#f2e3c4")),
            at(600, FLOOR + 30, _lit("#c2643f", 520)),
            at(780, FLOOR, _lit("#8fa37f", 380)),
            zoom=1.15,
        ),
    }


def _lit(wax: str, tall: float = 450) -> str:
    return candlestick() + at(0, -112, taper(wax, tall))


def _bunch(y: float) -> str:
    stems = at(-20, 0, rosemary(), scale=1.6, turn=-22) + at(20, 0, rosemary("#7d9a6c"), scale=1.7, turn=18)
    flowers = (
        at(-70, -170, fig_flower(), scale=0.8)
        + at(40, -220, fig_flower("#e9a08a"), scale=0.9)
        + at(110, -140, fig_flower("#f0c0a0"), scale=0.7)
    )
    lines = "".join(box(-4, -190, 8, 200, "#7f9460") for _ in range(1))
    return at(
        600,
        y - 6,
        oval(0, 0, 100, 12, "#000000", 0.08),
        vase("#f8f1e2", lines + stems + flowers, band="#7d9fb0"),
        scale=0.72,
    )
