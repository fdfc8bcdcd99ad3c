"""Scenes of the collections: the shop window with a shelf of each kind."""

from vetrina.demo.scenes.stage import FLOOR, Drawing, window
from vetrina.demo.shapes.deli import pear_cheese, salami, wedge, wheel
from vetrina.demo.shapes.home import candlestick, pile, taper
from vetrina.demo.shapes.ink import at
from vetrina.demo.shapes.kitchen import moka, mortar, pot
from vetrina.demo.shapes.motifs import basil, bean, bee, fig_flower, grapes, lemon, olive_sprig, rosemary, tomato, wheat
from vetrina.demo.shapes.packs import card_box, chocolate_bar, coffee_bag, gift_box, pasta_box, sack
from vetrina.demo.shapes.pantry import nest, spaghetti
from vetrina.demo.shapes.sweets import amaretto, panettone
from vetrina.demo.shapes.table import bowl, espresso_cup, mug, plate_side, splashes, stack, vase, wine_glass
from vetrina.demo.shapes.vessels import bottle, can, cruet, jar, tin


def drawings() -> dict[str, Drawing]:
    """Every picture of this shelf by name."""
    return _pantry() | _treats() | _house()


def _pantry() -> dict[str, Drawing]:
    return {
        "collection-oil-vinegar": lambda: window(
            "sage",
            "#5f7f5a",
            at(290, FLOOR, can("#3f6a4c", "#f3e3b0", "#3f6a4c", olive_sprig()), scale=0.9),
            at(600, FLOOR, bottle("#5b6b39", "#2f3a22", "#f7f1df", "#5b6b39", olive_sprig()), scale=0.95),
            at(
                880,
                FLOOR,
                bottle("#2e1b1a", "#c9a24f", "#f6efe0", "#8a6a2c", grapes("#8a6a2c"), form="bulb"),
                scale=1.05,
            ),
        ),
        "collection-pasta-grains": lambda: window(
            "butter",
            "#d39a2e",
            at(300, FLOOR, pasta_box("#2f5d8a", "#f3d27a", wheat("#f3d27a"), at(0, 0, nest(), scale=0.72)), scale=0.95),
            at(610, FLOOR, spaghetti(), scale=1.05),
            at(890, FLOOR, sack("#f3eee0", "#4f7f72", wheat("#4f7f72")), scale=0.85),
        ),
        "collection-preserves-sauces": lambda: window(
            "blush",
            "#c2402c",
            at(
                300, FLOOR, bottle("#f3f1ea", "#d8ad3f", "#fff8e8", "#a8301f", tomato(), form="passata", fill="#cf3b27")
            ),
            at(600, FLOOR, tin("#c93b2b", "#fbf0d6", "#8d231a", tomato(long=True)), scale=0.95),
            at(900, FLOOR, jar("#6f8f3a", "#d9b24a", "#fbf7e9", "#4c6b2d", basil())),
        ),
    }


def _treats() -> dict[str, Drawing]:
    return {
        "collection-deli-counter": lambda: window(
            "sand",
            "#a8442c",
            at(860, 560, pear_cheese("#e2b054"), scale=0.55),
            at(350, FLOOR, wheel("#d9a441", w=480, h=190)),
            at(350, FLOOR - 186, wedge("#c68a2e", "#f2d488", grain="#fff6da"), scale=0.55),
            at(810, FLOOR, salami(length=500), scale=0.95),
        ),
        "collection-coffee-chocolate": lambda: window(
            "clay",
            "#6b3f2c",
            at(290, FLOOR, coffee_bag("#2f2a2b", "#f4e6cc", "#a8442c", bean("#7d452c"))),
            at(610, FLOOR, espresso_cup("#fdfaf3", "#fdfaf3"), scale=0.8),
            at(900, FLOOR, chocolate_bar("#cf5a38", "#e6d9c0", "#fdebc8", "#573022", bean("#fdebc8")), scale=0.9),
        ),
        "collection-sweets-bakery": lambda: window(
            "rose",
            "#b5605c",
            at(360, FLOOR, panettone(), scale=0.92),
            at(670, FLOOR, jar("#e7a52e", "#4a3a2c", "#fff9e8", "#8d6420", bee(), wide=120, tall=290), scale=0.9),
            at(950, FLOOR, card_box("#d98a6a", "#c2603f", "#fdf0d2", amaretto(), w=300, h=220)),
        ),
        "collection-cellar": lambda: window(
            "lilac",
            "#6b2f4c",
            at(
                370,
                FLOOR,
                bottle("#2f3d2c", "#7d1f2c", "#f8f0dc", "#7d1f2c", grapes("#7d1f2c"), form="wine"),
                scale=0.9,
            ),
            at(
                640,
                FLOOR,
                bottle("#eef3e6", "#f6f1e2", "#fffdf2", "#b59a1c", lemon(), form="spirit", fill="#f2dc3f"),
                scale=0.92,
            ),
            at(900, FLOOR, wine_glass("#7d1f33")),
        ),
    }


def _house() -> dict[str, Drawing]:
    return {
        "collection-tableware": lambda: window(
            "sky",
            "#2f5f93",
            at(
                330,
                FLOOR,
                stack(
                    lambda glaze: plate_side(glaze, 420), ("#fbf7ea", "#b9d0e2", "#fbf7ea", "#b9d0e2", "#fbf7ea"), 34
                ),
            ),
            at(330, FLOOR - 168, bowl("#c8704a", "#f3e3cc", w=330, h=130, mark=splashes("#f7ead6", 14, 90, 26))),
            at(700, FLOOR, mug("#fbf7ea", olive_sprig(), "#8fa37f"), scale=0.9),
            at(970, FLOOR, cruet("#fbf7ea", "#b58a5a", lemon()), scale=0.72),
        ),
        "collection-kitchen": lambda: window(
            "mint",
            "#3f7a6b",
            at(310, FLOOR, pot(), scale=0.74),
            at(670, FLOOR, moka(), scale=0.7),
            at(965, FLOOR, mortar(), scale=0.54),
        ),
        "collection-linen-home": lambda: window(
            "stone",
            "#8a8f72",
            at(
                370,
                FLOOR,
                pile((("#efe4cf", "#b9a27a"), ("#a9b896", "#f4eddc"), ("#cf7f5c", "#f4e3cf"), ("#efe4cf", "#b9a27a"))),
            ),
            at(730, FLOOR, candlestick(), at(0, -112, taper("#c2643f"))),
            at(
                940,
                FLOOR,
                vase(
                    "#f8f1e2",
                    at(0, -30, rosemary(), scale=1.5)
                    + at(-50, -100, fig_flower(), scale=0.8)
                    + at(50, -120, fig_flower("#e9a08a"), scale=0.8),
                    band="#7d9fb0",
                ),
                scale=0.9,
            ),
        ),
        "collection-gift-boxes": lambda: window(
            "butter",
            "#b5302f",
            at(380, FLOOR, gift_box("#2f5d8a", "#f0cf7a")),
            at(820, FLOOR, gift_box("#f3ead8", "#b5472f", w=380, h=260)),
            at(820, FLOOR - 296, gift_box("#5f7f5a", "#f3e3b0", w=300, h=170)),
        ),
    }
