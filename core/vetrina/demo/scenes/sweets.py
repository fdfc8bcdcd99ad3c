"""Scenes of the sweets and bakery shelf."""

from vetrina.demo.scenes.stage import FLOOR, Drawing, niche, surface
from vetrina.demo.shapes.ink import at, box, oval, shadow
from vetrina.demo.shapes.kitchen import board
from vetrina.demo.shapes.motifs import almond, bee, fig_flower, hazelnut, wheat
from vetrina.demo.shapes.packs import card_box, gift_box, pouch
from vetrina.demo.shapes.pantry import strewn
from vetrina.demo.shapes.sweets import (
    amaretto,
    baci,
    cantuccio,
    grissini,
    honey_dipper,
    panettone,
    panettone_slice,
    tarallo,
    torrone,
)
from vetrina.demo.shapes.table import plate_above
from vetrina.demo.shapes.vessels import glass_tumbler, jar


def drawings() -> dict[str, Drawing]:
    """Every picture of this shelf by name."""
    return _sweet() | _baked()


def _sweet() -> dict[str, Drawing]:
    return {
        "panettone": lambda: niche("rose", at(600, FLOOR, panettone(), scale=1.08), zoom=1.2),
        "panettone-detail": lambda: niche(
            "rose",
            at(430, FLOOR, gift_box("#2f5d5a", "#e9c878", w=420, h=440)),
            at(830, FLOOR + 10, panettone_slice(), scale=0.95),
            zoom=1.25,
        ),
        "cantucci": lambda: niche(
            "butter",
            at(470, FLOOR, pouch("#f4e4c1", "#a8572c", "#fdf0d2", almond(), strewn(cantuccio(), 3, 44, 36, 0.5))),
            at(
                850,
                FLOOR - 20,
                shadow(130, y=26),
                cantuccio(),
                at(20, -70, cantuccio(), turn=-10),
                at(-10, 60, cantuccio(), scale=0.95, turn=6),
            ),
            zoom=1.35,
        ),
        "cantucci-detail": lambda: surface(
            "butter",
            at(600, 600, plate_above("#fbf7ea", "#a8572c", pattern=_on_plate())),
            at(980, 280, almond(), scale=1.1, turn=30),
            at(1030, 380, almond(), turn=-40),
        ),
        "amaretti": lambda: niche(
            "blush",
            at(480, FLOOR, card_box("#d98a6a", "#c2603f", "#fdf0d2", amaretto(), w=430, h=300)),
            at(860, FLOOR - 14, shadow(110, y=24), amaretto(), at(-10, -72, amaretto(), scale=0.96)),
            zoom=1.28,
        ),
        "baci-di-dama": lambda: niche(
            "lilac",
            at(500, FLOOR, card_box("#8a78ae", "#6f5c96", "#f6e7c8", baci(), w=430, h=290)),
            at(830, FLOOR - 40, shadow(90, y=44), baci()),
            at(950, FLOOR - 20, baci(), scale=0.92, turn=12),
            zoom=1.4,
        ),
    }


def _baked() -> dict[str, Drawing]:
    return {
        "torrone": lambda: niche(
            "sky",
            at(600, FLOOR, torrone(520)),
            at(580, FLOOR - 190, torrone(380), scale=0.9),
            at(960, FLOOR + 8, hazelnut("#c08a52"), scale=0.8, turn=50),
            zoom=1.4,
        ),
        "taralli": lambda: niche(
            "sand",
            at(
                500, FLOOR, pouch("#e9dcc0", "#6f8a4a", "#f6efd9", wheat("#6f8a4a"), strewn(tarallo(), 4, 52, 42, 0.62))
            ),
            at(850, FLOOR - 30, shadow(100, y=40), tarallo(seeds="#7d8a4a")),
            at(950, FLOOR + 10, tarallo(), scale=0.9),
            zoom=1.4,
        ),
        "taralli-detail": lambda: surface(
            "sand",
            at(
                600,
                600,
                plate_above("#f9f4e6", "#6f8a4a", pattern=strewn(tarallo(seeds="#8a6a3c"), 11, 180, 180, 1.05)),
            ),
        ),
        "grissini": lambda: niche(
            "clay",
            at(600, FLOOR - 20, grissini()),
            at(600, FLOOR, glass_tumbler("#c9dbd6"), scale=1.35),
            at(600, FLOOR - 6, box(-150, -250, 300, 70, "#b5472f", r=8), scale=0.9),
            zoom=1.1,
        ),
        "honey": lambda: niche(
            "butter",
            at(480, FLOOR, jar("#e7a52e", "#4a3a2c", "#fff9e8", "#8d6420", bee(), wide=140, tall=320)),
            at(780, FLOOR, jar("#8d4a1c", "#4a3a2c", "#fff9e8", "#8d6420", bee(), wide=140, tall=320), scale=0.86),
            at(960, FLOOR + 20, shadow(50), honey_dipper(), scale=0.6),
            zoom=1.4,
        ),
        "honey-detail": lambda: surface(
            "butter",
            at(560, 600, board("#c4935a")),
            at(600, 640, oval(0, 0, 190, 120, "#e7a52e"), oval(-70, -40, 50, 20, "#ffffff", 0.4)),
            at(640, 720, honey_dipper(), turn=38),
            at(270, 280, bee(), scale=1.4),
            at(920, 900, fig_flower(), scale=1.4),
        ),
    }


def _on_plate() -> str:
    places = ((-90, -80, 20), (90, -90, -30), (0, 6, 8), (-96, 96, -16), (100, 92, 30))
    return "".join(at(x, y, cantuccio(), turn=t) for x, y, t in places)
