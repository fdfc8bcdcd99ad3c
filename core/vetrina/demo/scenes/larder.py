"""Scenes of the preserves and sauces shelf."""

from vetrina.demo.scenes.stage import FLOOR, Drawing, niche, surface
from vetrina.demo.shapes.ink import at, line, oval, shadow
from vetrina.demo.shapes.kitchen import board, mortar
from vetrina.demo.shapes.motifs import artichoke, basil, fish, leaf, olive, olive_sprig, tomato
from vetrina.demo.shapes.table import plate_above
from vetrina.demo.shapes.vessels import bottle, flat_tin, jar, tin


def drawings() -> dict[str, Drawing]:
    """Every picture of this shelf by name."""
    return {
        "passata": lambda: niche(
            "blush",
            at(510, FLOOR, _passata()),
            at(740, FLOOR, shadow(90), at(0, -58, tomato(), scale=1.2)),
            at(880, FLOOR + 10, shadow(80), at(0, -52, tomato("#c93a2a"))),
            zoom=1.3,
        ),
        "passata-detail": lambda: surface("blush", at(600, 590, plate_above("#fbf6ea", "#5f8a4a", pattern=_sauce()))),
        "san-marzano": lambda: niche(
            "butter",
            at(560, FLOOR, tin("#c93b2b", "#fbf0d6", "#8d231a", tomato(long=True))),
            at(850, FLOOR - 60, shadow(70, y=56), tomato(long=True)),
            at(940, FLOOR - 40, tomato("#c93a2a", long=True), turn=64),
            zoom=1.5,
        ),
        "pesto": lambda: niche(
            "mint",
            at(540, FLOOR, jar("#6f8f3a", "#d9b24a", "#fbf7e9", "#4c6b2d", basil())),
            at(830, FLOOR - 20, shadow(90, y=16), basil(), scale=1.7),
            zoom=1.5,
        ),
        "pesto-detail": lambda: niche(
            "mint",
            at(580, FLOOR, mortar()),
            at(900, FLOOR - 20, basil(), scale=1.5),
            at(300, FLOOR - 10, basil("#6d9a55"), scale=1.2),
            zoom=1.3,
        ),
        "taggiasca-olives": lambda: niche(
            "sage",
            at(
                560,
                FLOOR,
                jar("#6b5a3f", "#4f5d36", "#f7f1df", "#59622f", olive_sprig("#5a4636"), bits=_fruits("#5a4636")),
            ),
            at(860, FLOOR - 26, shadow(90, y=26), olive("#5a4636"), at(60, 10, olive("#6b5340"), turn=60)),
            zoom=1.55,
        ),
        "artichokes": lambda: niche(
            "sand",
            at(540, FLOOR, jar("#d8c67e", "#7f9460", "#fbf7e9", "#5f7a47", artichoke(), bits=_hearts(), wide=170)),
            at(880, FLOOR - 80, shadow(90, y=76), artichoke(), scale=1.35),
            zoom=1.5,
        ),
        "anchovies": lambda: niche(
            "sky",
            at(600, FLOOR - 20, flat_tin("#2f6f94", "#f8e9c0", "#2f6f94", fish("#2f6f94"))),
            at(600, FLOOR - 200, flat_tin("#d9573f", "#f8e9c0", "#a53824", fish("#a53824")), scale=0.88),
            zoom=1.5,
        ),
        "anchovies-detail": lambda: surface(
            "sky", at(560, 600, board("#c08f5a"), _fillets()), at(960, 300, leaf(), scale=1.4, turn=-40)
        ),
    }


def _passata() -> str:
    return bottle("#f3f1ea", "#d8ad3f", "#fff8e8", "#a8301f", tomato(), form="passata", fill="#cf3b27")


def _sauce() -> str:
    swirl = line("M-90 20C-100 -90 70 -110 96 -10C110 70 0 100 -34 50C-54 10 10 -20 30 10", "#e8674c", 22, 0.8)
    return oval(0, 0, 204, 204, "#cf3b27") + swirl + at(10, -20, basil(), scale=1.3)


def _fruits(colour: str) -> str:
    rows = (
        (-108, -60),
        (-108, -140),
        (-112, -220),
        (108, -60),
        (110, -140),
        (104, -220),
        (-40, -292),
        (40, -290),
        (0, -250),
        (-60, -24),
        (60, -24),
        (0, -20),
    )
    return "".join(
        at(x, y, olive(colour if (x + y) % 40 else "#7d6a4a"), scale=0.8, turn=(x * 3 + y) % 90) for x, y in rows
    )


def _hearts() -> str:
    return "".join(
        at(x, y, artichoke("#c2bd74"), scale=0.72, turn=t)
        for x, y, t in ((-112, -80, 12), (112, -90, -16), (-100, -230, -20), (100, -236, 20), (0, -270, 0))
    )


def _caper() -> str:
    return (
        oval(0, 0, 40, 44, "#74833f")
        + line("M-20 -26Q0 -4 -6 38M14 -34Q20 0 8 40", "#5b6930", 5)
        + line("M0 -44L6 -74", "#5b6930", 8)
    )


def _fillets() -> str:
    one = line("M-150 0Q-60 -26 40 0T160 -6", "#a6604a", 34) + line("M-146 -2Q-60 -28 40 -4T150 -8", "#cf927a", 9, 0.9)
    return "".join(at(-40 + (step % 2) * 30, -110 + step * 74, one, turn=-6) for step in range(4)) + at(
        220, 110, _caper(), scale=0.6
    )
