"""Scenes of the gift boxes shelf."""

from vetrina.demo.scenes.stage import FLOOR, Drawing, niche
from vetrina.demo.shapes.ink import at
from vetrina.demo.shapes.kitchen import moka
from vetrina.demo.shapes.motifs import basil, bean, lemon, olive_sprig, tomato, wheat
from vetrina.demo.shapes.packs import bow, coffee_bag, crate, gift_box, hamper, pasta_box
from vetrina.demo.shapes.pantry import paccheri
from vetrina.demo.shapes.sweets import grissini, panettone
from vetrina.demo.shapes.vessels import bottle, jar


def drawings() -> dict[str, Drawing]:
    """Every picture of this shelf by name."""
    return {
        "gift-aperitivo": lambda: niche("butter", at(600, FLOOR, crate("#c99a62", inside=_aperitivo())), zoom=1.25),
        "gift-pasta-night": lambda: niche("sage", at(600, FLOOR, crate("#b9824a", inside=_pasta())), zoom=1.2),
        "gift-coffee": lambda: niche("clay", at(600, FLOOR, crate("#d9b07a", inside=_coffee())), zoom=1.25),
        "gift-hamper": lambda: niche(
            "rose",
            at(600, FLOOR, hamper("#c08f5a", inside=_feast())),
            at(600, FLOOR - 250, bow("#b5302f")),
            zoom=1.12,
        ),
        "gift-wrapped": lambda: niche(
            "mint",
            at(520, FLOOR, gift_box("#f3ead8", "#b5472f")),
            at(790, FLOOR + 30, gift_box("#5f7f5a", "#f3e3b0", w=320, h=230)),
            zoom=1.3,
        ),
        "gift-wrapped-blue": lambda: niche(
            "blush", at(560, FLOOR, gift_box("#2f5d8a", "#f0cf7a", w=520, h=380)), zoom=1.35
        ),
    }


def _oil() -> str:
    return bottle("#5b6b39", "#2f3a22", "#f7f1df", "#5b6b39", olive_sprig())


def _aperitivo() -> str:
    olives = jar("#6b5a3f", "#4f5d36", "#f7f1df", "#59622f", olive_sprig("#5a4636"))
    drink = bottle("#6b3a22", "#e2892e", "#fdf3dc", "#b5561c", lemon(), form="soda")
    return (
        at(40, 0, grissini(count=5), scale=0.95)
        + at(-200, 0, _oil(), scale=0.85)
        + at(-30, 0, olives, scale=0.85)
        + at(190, 0, drink, scale=0.95)
    )


def _pasta() -> str:
    sauce = bottle("#f3f1ea", "#d8ad3f", "#fff8e8", "#a8301f", tomato(), form="passata", fill="#cf3b27")
    dry = pasta_box("#2f5d8a", "#f3d27a", wheat("#f3d27a"), paccheri())
    green = jar("#6f8f3a", "#d9b24a", "#fbf7e9", "#4c6b2d", basil())
    return at(0, 0, dry, scale=0.9) + at(-210, 0, sauce, scale=0.9) + at(210, 0, green, scale=0.85)


def _coffee() -> str:
    bag = coffee_bag("#2f2a2b", "#f4e6cc", "#a8442c", bean("#7d452c"))
    return at(-150, 0, bag, scale=0.82) + at(150, 0, moka("#cf4a38", "#3a2a28"), scale=0.78)


def _feast() -> str:
    wine = bottle("#2f3d2c", "#7d1f2c", "#f8f0dc", "#7d1f2c", wheat("#7d1f2c"), form="wine")
    return at(-190, 0, wine, scale=0.76) + at(190, 0, _oil(), scale=0.76) + at(0, 0, panettone(), scale=0.8)
