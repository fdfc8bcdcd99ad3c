"""Table: plates, bowls, cups and glasses, from the side or from above."""

from collections.abc import Callable

from vetrina.demo.shapes.ink import (
    Corner,
    at,
    between,
    box,
    line,
    oval,
    path,
    ring,
    shadow,
    shaped,
    spiral,
    tone,
    turned,
)


def plate_above(glaze: str, rim: str, *, r: float = 330, pattern: str = "") -> str:
    """A plate seen from straight above, around the origin; pattern is drawn in the well."""
    drop = oval(10, 22, r * 1.03, r * 1.03, "url(#shadow)")
    edge = oval(0, 0, r, r, rim) + oval(0, 0, r * 0.955, r * 0.955, glaze)
    well = oval(0, 0, r * 0.68, r * 0.68, tone(glaze, -0.08)) + oval(3, 4, r * 0.655, r * 0.655, tone(glaze, 0.2))
    gleam = line(
        f"M{-r * 0.72:.0f} {-r * 0.42:.0f}A{r * 0.83:.0f} {r * 0.83:.0f} 0 0 1 {-r * 0.3:.0f} {-r * 0.77:.0f}",
        "#ffffff",
        14,
        0.6,
    )
    return drop + edge + well + gleam + pattern


def rim_marks(mark: str, count: int, r: float, scale: float = 0.5) -> str:
    """A motif repeated around a circle of radius r."""
    return "".join(at(0, 0, at(0, -r, mark, scale=scale), turn=360 / count * step) for step in range(count))


def stack(draw: Callable[[str], str], glazes: tuple[str, ...], rise: float) -> str:
    """One piece above the other, the first at the bottom."""
    return "".join(at(0, -rise * step, draw(glaze)) for step, glaze in enumerate(glazes))


def plate_side(glaze: str, w: float = 560) -> str:
    """A plate from the side, as it lies in a stack."""
    half = w / 2
    body = path(
        f"M{-half} -40Q{-half * 0.6:.0f} -2 {-half * 0.45:.0f} 0L{half * 0.45:.0f} 0Q{half * 0.6:.0f} -2 {half} -40Z",
        tone(glaze, -0.1),
    )
    dark = path(
        f"M{half * 0.2:.0f} -40L{half} -40Q{half * 0.6:.0f} -2 {half * 0.45:.0f} 0L{half * 0.2:.0f} 0Z",
        tone(glaze, -0.6),
        opacity=0.12,
    )
    return body + dark + oval(0, -40, half, 17, glaze) + ring(0, -40, half - 6, 13, tone(glaze, -0.2), 3, 0.6)


def bowl(glaze: str, inside: str, *, w: float = 520, h: float = 220, mark: str = "", full: str = "") -> str:
    """A bowl a little from above; full is drawn in its mouth, mark on its belly."""
    half, ry = w / 2, w * 0.13
    body = (
        f"M{-half} {-h}C{-half} {-h * 0.3:.0f} {-half * 0.6:.0f} -10 {-half * 0.38:.0f} -6"
        f"L{half * 0.38:.0f} -6C{half * 0.6:.0f} -10 {half} {-h * 0.3:.0f} {half} {-h}Z"
    )
    dark = (
        f"M{half * 0.5:.0f} {-h}Q{half * 0.5:.0f} {-h * 0.3:.0f} {half * 0.16:.0f} -6"
        f"L{half * 0.38:.0f} -6C{half * 0.6:.0f} -10 {half} {-h * 0.3:.0f} {half} {-h}Z"
    )
    foot = box(-half * 0.4, -14, half * 0.8, 16, tone(glaze, -0.2), r=6)
    mouth = oval(0, -h, half, ry, tone(glaze, 0.25)) + oval(0, -h + 3, half - 14, ry - 8, inside)
    depth = path(
        f"M{-half + 14} {-h + 3}A{half - 14} {ry - 8:.0f} 0 0 1 {half - 14} {-h + 3}"
        f"Q0 {-h + ry * 0.5:.0f} {-half + 14} {-h + 3}Z",
        tone(inside, -0.3),
        opacity=0.5,
    )
    shine = line(
        f"M{-half * 0.86:.0f} {-h * 0.68:.0f}Q{-half * 0.78:.0f} {-h * 0.4:.0f} {-half * 0.6:.0f} {-h * 0.2:.0f}",
        "#ffffff",
        13,
        0.4,
    )
    return (
        shadow(half * 1.1, 34)
        + foot
        + path(body, glaze)
        + path(dark, tone(glaze, -0.6), opacity=0.14)
        + at(0, -h * 0.42, mark)
        + shine
        + mouth
        + depth
        + at(0, -h, full)
    )


def mug(glaze: str, mark: str = "", dip: str = "") -> str:
    """A tall mug with a handle; dip colours its glazed upper half."""
    handle = ring(150, -180, 84, 92, tone(glaze, -0.1), 34)
    shape: tuple[Corner, ...] = ((140, -340, 6), (132, 0, 44))
    body = turned(shape, glaze)
    if dip:
        body += turned(((140, -340, 6), (137, -190, 2)), dip)
    mouth = oval(0, -338, 140, 26, tone(dip or glaze, 0.22)) + oval(0, -335, 126, 20, tone(dip or glaze, -0.35))
    return shadow(220) + handle + body + mouth + at(0, -150, mark)


def espresso_cup(glaze: str, saucer: str, *, coffee: bool = True, mark: str = "") -> str:
    """A small cup on its saucer, with coffee in it."""
    dish = path("M-230 -44Q-150 0 -90 0L90 0Q150 0 230 -44Z", tone(saucer, -0.1)) + oval(0, -44, 230, 26, saucer)
    well = oval(0, -42, 120, 12, tone(saucer, -0.16))
    handle = ring(132, -150, 58, 54, tone(glaze, -0.08), 26)
    body = turned(((138, -244, 6), (124, -110, 60), (70, -44, 24)), glaze)
    mouth = oval(0, -242, 138, 24, tone(glaze, 0.3)) + oval(
        0, -239, 124, 18, "#4a2a1a" if coffee else tone(glaze, -0.2)
    )
    crema = ring(0, -239, 110, 14, "#b9793f", 8, 0.8) if coffee else ""
    return shadow(250) + dish + well + handle + body + mouth + crema + at(0, -140, mark)


def steam(colour: str = "#ffffff") -> str:
    """Three wisps rising from the origin."""
    return "".join(line(f"M{x} 0q-26 -40 0 -80t0 -80", colour, 12, 0.65) for x in (-46, 0, 46))


def splashes(colour: str, count: int, rx: float, ry: float) -> str:
    """Hand-flicked spots of glaze."""
    return "".join(oval(x, y, 4 + (turn % 7), 3 + (turn % 5), colour, 0.8) for x, y, turn in spiral(count, rx, ry))


def wine_glass(wine: str) -> str:
    """A stemmed glass with wine, 440 tall."""
    cup: tuple[Corner, ...] = ((84, -440, 6), (112, -320, 70), (60, -220, 60), (8, -196, 6))
    stem = box(-7, -206, 14, 196, "#eef1ee", opacity=0.9) + oval(0, -8, 84, 12, "#eef1ee", 0.9)
    pour = shaped(between(((104, -336, 4), (98, -300, 60), (52, -222, 50), (8, -204, 4)), -1, 1), wine)
    return (
        shadow(110)
        + stem
        + shaped(between(cup, -1, 1), "#f6f8f5", 0.5)
        + pour
        + shaped(between(cup[:3], -0.84, -0.72), "#ffffff", 0.6)
    )


def vase(clay: str, stems: str = "", *, band: str = "") -> str:
    """A round-bellied vase; stems are drawn from its mouth upwards."""
    shape: tuple[Corner, ...] = ((66, -380, 8), (56, -330, 30), (158, -200, 120), (120, -20, 60), (92, 0, 14))
    trim = shaped(between(((146, -232, 6), (158, -196, 20), (146, -140, 8)), -1, 1), band, 0.85) if band else ""
    return shadow(220) + at(0, -376, stems) + turned(shape, clay) + trim + oval(0, -378, 65, 10, tone(clay, -0.4))
