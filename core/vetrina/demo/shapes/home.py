"""Home: linen, candles, soap and the small things of the house."""

from vetrina.demo.shapes.ink import at, box, line, oval, path, ring, shadow, shaped, tone, turned


def hanging_towel(cloth: str, trim: str, *, w: float = 340, h: float = 560) -> str:
    """A towel hanging from a peg at the origin, its stripes at the foot."""
    half = w / 2
    body = path(
        f"M-26 0C-60 90 {-half} 120 {-half} 220L{-half + 6} {h}"
        f"Q0 {h + 26} {half - 6} {h}L{half} 220C{half} 120 60 90 26 0Z",
        cloth,
    )
    bands = (
        box(-half + 4, h - 130, w - 8, 20, trim)
        + box(-half + 4, h - 96, w - 8, 46, trim)
        + box(-half + 4, h - 36, w - 8, 12, trim)
    )
    folds = line(f"M0 30C-10 160 -60 220 -66 {h}M8 30C30 160 76 240 74 {h}", tone(cloth, -0.2), 12, 0.5)
    dark = path(
        f"M26 0C60 90 {half} 120 {half} 220L{half - 6} {h}L{half * 0.55:.0f} {h + 8}C{half * 0.6:.0f} 200 40 120 8 20Z",
        tone(cloth, -0.6),
        opacity=0.12,
    )
    loop = ring(0, -14, 18, 26, trim, 9)
    return body + bands + dark + folds + loop + oval(0, -38, 22, 22, "#a9764a") + oval(-5, -43, 8, 8, "#d9a878")


def apron(cloth: str, strap: str, *, h: float = 600) -> str:
    """An apron hanging from a peg at the origin, with one wide pocket."""
    neck = line("M-92 90C-80 10 -20 -10 0 -20C20 -10 80 10 92 90", strap, 18)
    body = path(f"M-96 84L96 84Q110 190 214 236L214 {h}Q0 {h + 26} -214 {h}L-214 236Q-110 190 -96 84Z", cloth)
    ties = line("M-212 250Q-290 300 -280 400M212 250Q290 300 280 400", strap, 15)
    pocket = box(-128, 330, 256, 150, tone(cloth, -0.1), r=14) + line(
        "M-128 356L128 356M0 356L0 476", tone(cloth, -0.35), 4, 0.7
    )
    dark = path(f"M70 84L96 84Q110 190 214 236L214 {h}L110 {h + 12}Q130 300 70 84Z", tone(cloth, -0.6), opacity=0.13)
    return neck + ties + body + pocket + dark + oval(0, -30, 22, 22, "#a9764a") + oval(-5, -35, 8, 8, "#d9a878")


def draped_table(cloth: str, trim: str, *, w: float = 760, h: float = 420) -> str:
    """A table under a cloth that falls in folds to a trimmed hem."""
    half = w / 2
    legs = box(-half + 70, -70, 34, 70, "#8d6238", r=6) + box(half - 104, -70, 34, 70, "#8d6238", r=6)
    hem = f"M{-half} {-h}L{-half - 26} -90"
    width = (w + 52) / 6
    for step in range(6):
        x = -half - 26 + step * width
        hem += f"Q{x + width / 2:.0f} {-50 if step % 2 else -112} {x + width:.0f} -90"
    drop = path(f"{hem}L{half} {-h}Z", cloth)
    band = line(hem.replace(f"M{-half} {-h}L", "M"), trim, 18)
    folds = "".join(
        line(f"M{x} {-h + 60}Q{x * 1.05:.0f} -240 {x * 1.08:.0f} -96", tone(cloth, -0.22), 12, 0.5)
        for x in (-300, -180, -60, 60, 180, 300)
    )
    dark = path(
        f"M{half * 0.5:.0f} {-h}L{half} {-h}L{half + 26} -90L{half * 0.56:.0f} -90Z", tone(cloth, -0.6), opacity=0.1
    )
    top = shaped(
        ((-half + 50, -h - 76, 10), (half - 50, -h - 76, 10), (half, -h, 16), (-half, -h, 16)), tone(cloth, 0.26)
    )
    return shadow(half * 1.16, 34) + legs + drop + folds + dark + band + top


def folded(cloth: str, trim: str = "", *, w: float = 440, h: float = 64) -> str:
    """One folded cloth from the side, its fold to the left."""
    half = w / 2
    layers = box(-half, -h, w, h, cloth, r=h / 2) + box(0, -h, half, h, cloth, r=8)
    seam = line(f"M{-half + h * 0.6:.0f} {-h / 2}L{half - 4} {-h / 2}", tone(cloth, -0.25), 5, 0.7)
    edge = "".join(box(half - 96 + s * 34, -h, 14, h, trim) for s in range(2)) if trim else ""
    dark = box(half * 0.4, -h * 0.36, half * 0.6, h * 0.36, tone(cloth, -0.6), r=8, opacity=0.12)
    return layers + edge + seam + dark


def pile(cloths: tuple[tuple[str, str], ...], *, w: float = 440, h: float = 64) -> str:
    """A pile of folded cloths (colour, trim), the first at the bottom."""
    return shadow(w * 0.66) + "".join(
        at((i % 2) * 12 - 6, -i * h, folded(c, t, w=w, h=h)) for i, (c, t) in enumerate(cloths)
    )


def napkin_above(cloth: str, trim: str, *, size: float = 420) -> str:
    """A square napkin from above with a hemmed border and one corner turned, around the origin."""
    half = size / 2
    drop = box(-half + 14, -half + 24, size, size, "#000000", r=10, opacity=0.07)
    square = box(-half, -half, size, size, cloth, r=8)
    hem = line(f"M{-half + 26} {-half + 26}h{size - 52}v{size - 52}h{52 - size}Z", trim, 7)
    corner = path(f"M{half - 130} {half}L{half} {half - 130}L{half - 118} {half - 118}Z", tone(cloth, -0.16))
    cover = path(f"M{half - 130} {half + 2}L{half + 2} {half - 130}L{half + 2} {half + 2}Z", "#ffffff", opacity=0)
    return drop + square + hem + cover + corner


def candle_glass(glass: str, wax: str, paper: str, ink: str, motif: str = "") -> str:
    """A scented candle in a glass, lit."""
    body = turned(((168, -370, 8), (160, 0, 36)), glass)
    label_ = box(-96, -260, 192, 170, paper, r=6) + at(0, -196, motif, scale=0.82) + box(-52, -124, 104, 11, ink, r=5)
    top = oval(0, -368, 168, 26, tone(glass, 0.3)) + oval(0, -364, 154, 21, wax)
    return shadow(250) + body + label_ + top + at(0, -366, flame())


def flame() -> str:
    """A wick with its flame and a faint glow, rising from the origin."""
    glow = oval(0, -84, 130, 130, "#ffe9a8", 0.3) + oval(0, -84, 82, 82, "#ffe9a8", 0.35)
    fire = path("M0 -150C44 -92 38 -34 0 -26C-38 -34 -44 -92 0 -150Z", "#f2a33c") + path(
        "M0 -104C22 -72 20 -40 0 -34C-20 -40 -22 -72 0 -104Z", "#fdeaa6"
    )
    return glow + line("M0 4L0 -34", "#4a3a30", 7) + fire


def taper(wax: str, tall: float = 420) -> str:
    """A slim dinner candle, lit."""
    return turned(((22, -tall, 8), (27, 0, 4)), wax) + at(0, -tall + 2, flame(), scale=0.8)


def candlestick(brass: str = "#c9a24f") -> str:
    """A low brass candlestick whose cup is 120 above the table."""
    return shadow(120) + turned(
        ((42, -124, 8), (34, -84, 10), (16, -70, 8), (20, -34, 10), (96, -16, 12), (100, 0, 8)), brass
    )


def soap(colour: str, mark: str = "", *, w: float = 330, h: float = 170) -> str:
    """A pressed bar of soap standing on its long side."""
    half = w / 2
    top = shaped(
        ((-half + 40, -h - 50, 24), (half + 40, -h - 50, 24), (half, -h, 16), (-half, -h, 16)), tone(colour, 0.3)
    )
    side = shaped(
        ((half - 2, -h, 8), (half + 40, -h - 50, 14), (half + 40, -50, 20), (half - 2, 0, 10)), tone(colour, -0.2)
    )
    return (
        shadow(w * 0.7)
        + top
        + side
        + box(-half, -h, w, h, colour, r=18)
        + ring(0, -h / 2, w * 0.36, h * 0.34, tone(colour, -0.2), 5)
        + at(0, -h / 2, mark, scale=0.7)
    )


def bread_bag(cloth: str, cord: str, loaf: str = "#c1853f") -> str:
    """A linen bread bag with a long loaf looking out."""
    bread = at(
        40,
        -300,
        box(-62, -330, 124, 360, loaf, r=60),
        *(line(f"M-36 {-250 + s * 70}Q0 {-280 + s * 70} 36 {-262 + s * 70}", tone(loaf, 0.45), 13) for s in range(3)),
        turn=12,
    )
    bag = path(
        "M-150 -400Q0 -376 150 -400Q132 -340 176 -250Q206 -120 186 0L-186 0Q-206 -120 -176 -250Q-132 -340 -150 -400Z",
        cloth,
    )
    ties = line("M-138 -330Q0 -300 138 -330", cord, 15) + line("M120 -326q60 40 36 110M128 -324q-6 70 -30 96", cord, 9)
    folds = line("M-70 -300Q-110 -160 -96 -10M50 -296Q80 -150 64 -10", tone(cloth, -0.2), 9, 0.6)
    dark = path(
        "M90 -392L150 -400Q132 -340 176 -250Q206 -120 186 0L110 0Q140 -200 90 -392Z", tone(cloth, -0.6), opacity=0.12
    )
    return shadow(260) + bread + bag + folds + dark + ties
