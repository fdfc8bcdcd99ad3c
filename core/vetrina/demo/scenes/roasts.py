"""Scenes of the coffee and chocolate shelf."""

from vetrina.demo.scenes.stage import FLOOR, Drawing, niche, surface
from vetrina.demo.shapes.ink import at, box, line, oval, path, shadow
from vetrina.demo.shapes.kitchen import board
from vetrina.demo.shapes.motifs import bean, chilli, citrus_slice, cocoa, fig_flower, hazelnut
from vetrina.demo.shapes.packs import card_box, chocolate_bar, coffee_bag
from vetrina.demo.shapes.pantry import strewn
from vetrina.demo.shapes.sweets import gianduiotto
from vetrina.demo.shapes.table import espresso_cup, plate_above, steam
from vetrina.demo.shapes.vessels import jar


def drawings() -> dict[str, Drawing]:
    """Every picture of this shelf by name."""
    return _coffee() | _chocolate()


def _coffee() -> dict[str, Drawing]:
    return {
        "espresso-blend": lambda: niche(
            "clay",
            at(490, FLOOR, coffee_bag("#2f2a2b", "#f4e6cc", "#a8442c", bean("#7d452c"))),
            at(830, FLOOR, espresso_cup("#fdfaf3", "#fdfaf3"), at(0, -280, steam()), scale=0.78),
            zoom=1.22,
        ),
        "espresso-blend-detail": lambda: surface(
            "clay",
            at(600, 600, strewn(bean("#5f3824"), 46, 390, 390, 1.1)),
            at(
                600,
                600,
                oval(10, 26, 240, 240, "url(#shadow)"),
                plate_above(
                    "#fdfaf3",
                    "#a8442c",
                    r=215,
                    pattern=oval(0, 0, 132, 132, "#3d2216")
                    + oval(0, 0, 118, 118, "#b57a3e")
                    + line("M-60 20C-60 -60 60 -70 60 0C56 40 0 46 0 10", "#e3b273", 16),
                ),
            ),
        ),
        "single-origin": lambda: niche(
            "mint",
            at(540, FLOOR, coffee_bag("#3f7a6b", "#fdf3dc", "#3f7a6b", fig_flower())),
            at(850, FLOOR - 8, shadow(110), strewn(at(0, -24, bean(), scale=0.9), 7, 100, 18)),
            zoom=1.25,
        ),
    }


def _chocolate() -> dict[str, Drawing]:
    return {
        "modica": lambda: niche(
            "sand",
            at(390, FLOOR, _bar("#f1d9b4", "#8d4a2c", cocoa()), scale=0.86, turn=-4),
            at(800, FLOOR, _bar("#cf5a38", "#fdebc8", chilli("#fdebc8")), scale=0.86, turn=5),
            at(596, FLOOR + 10, _bar("#e39a35", "#7d3b1c", citrus_slice("#f4b64f", "#fbdc9a"))),
            zoom=1.0,
        ),
        "modica-detail": lambda: surface(
            "sand", at(580, 600, board("#a9733f")), at(560, 600, _squares()), at(890, 860, cocoa(), scale=1.6, turn=30)
        ),
        "gianduiotti": lambda: niche(
            "butter",
            at(520, FLOOR, card_box("#7d2f26", "#93392e", "#e9c878", hazelnut("#d9a45e"))),
            at(860, FLOOR - 20, shadow(110, y=18), gianduiotto()),
            at(820, FLOOR + 50, gianduiotto(), scale=0.9, turn=4),
            at(520, FLOOR - 320, gianduiotto(), scale=0.9),
            zoom=1.35,
        ),
        "hazelnut-spread": lambda: niche(
            "blush",
            at(540, FLOOR, jar("#6b3f26", "#f2ead8", "#fdf6e3", "#8d5a2c", hazelnut())),
            at(820, FLOOR - 40, shadow(90, y=40), hazelnut()),
            at(910, FLOOR - 20, hazelnut("#a9733f"), turn=40, scale=0.9),
            zoom=1.55,
        ),
        "hazelnut-spread-detail": lambda: surface(
            "blush",
            at(600, 610, _toast()),
            at(250, 320, hazelnut(), scale=1.3),
            at(950, 880, hazelnut("#a9733f"), scale=1.2, turn=50),
        ),
    }


def _bar(wrap: str, ink: str, motif: str) -> str:
    return chocolate_bar(wrap, "#e6d9c0", ink, "#573022", motif)


def _squares() -> str:
    grains = "".join(
        oval(x * 0.1, y * 0.1, 3, 3, "#9a6a4c")
        for x, y in ((-300, 200), (100, -250), (260, 120), (-120, -80), (60, 260))
    )
    piece = box(-52, -46, 104, 92, "#4a281c", r=8) + box(-38, -33, 76, 66, "#5f3626", r=6) + grains
    rows = "".join(at(-170 + col * 112, -110 + row * 100, piece) for row in range(3) for col in range(3))
    return rows + at(240, 30, piece, turn=24) + at(220, -120, piece, turn=-16)


def _toast() -> str:
    slice_ = (
        "M-250 180L-250 -120C-330 -260 -120 -300 0 -290C120 -300 330 -260 250 -120"
        "L250 180Q250 240 190 240L-190 240Q-250 240 -250 180Z"
    )
    spread = (
        "M-190 150C-230 20 -240 -190 -90 -220C30 -250 220 -230 200 -90C190 30 220 130 130 180C20 210 -150 220 -190 150Z"
    )
    swirl = line("M-120 90C-150 -60 -20 -170 90 -120C170 -70 110 40 20 40C-50 36 -40 -50 30 -50", "#8a5636", 22)
    crust = path(slice_, "#b97a3c") + at(0, 0, path(slice_, "#f6e0b2"), scale=0.92)
    return oval(14, 40, 330, 300, "url(#shadow)") + crust + path(spread, "#6b3f26") + swirl
