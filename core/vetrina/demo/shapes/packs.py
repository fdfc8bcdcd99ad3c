"""Packs: boxes, bags, bars, crates and gift boxes."""

from vetrina.demo.shapes.ink import at, box, line, oval, path, ring, shadow, tone
from vetrina.demo.shapes.vessels import label


def pasta_box(card: str, trim: str, motif: str = "", window: str = "", *, w: float = 330, h: float = 640) -> str:
    """A card box with a window; window is drawn around its centre, 200 wide and 150 tall."""
    front = box(-w / 2 - 30, -h, w, h, card, r=8)
    x = w / 2 - 30
    flank = path(f"M{x - 6} {-h + 1}L{x + 70} {-h - 34}L{x + 70} -24L{x - 6} 0Z", tone(card, -0.2))
    top = path(
        f"M{-w / 2 - 27} {-h + 3}L{-w / 2 + 44} {-h - 34}L{x + 70} {-h - 34}L{x - 3} {-h + 3}Z", tone(card, 0.25)
    )
    bands = box(-w / 2 - 30, -h * 0.16, w, 24, trim) + box(-w / 2 - 30, -h * 0.1, w, 8, trim)
    head = at(-30, -h * 0.77, motif, scale=1.25) + box(-30 - w * 0.26, -h * 0.6, w * 0.52, 17, trim, r=7)
    word = box(-30 - w * 0.15, -h * 0.555, w * 0.3, 10, trim, r=5, opacity=0.7)
    pane = box(-30 - w * 0.37, -h * 0.5, w * 0.74, h * 0.3, "#fff8e6", r=34) + at(-30, -h * 0.35, window)
    return shadow(w * 0.85, x=24) + flank + top + front + head + word + pane + bands


def coffee_bag(foil: str, paper: str, ink: str, motif: str = "", *, w: float = 330, h: float = 560) -> str:
    """A side-folded bag with a rolled top and a valve."""
    half = w / 2
    body = (
        f"M{-half + 12} {-h}L{half - 12} {-h}L{half + 6} -40"
        f"Q{half} 0 {half - 22} 0L{-half + 22} 0Q{-half} 0 {-half - 6} -40Z"
    )
    side = f"M{half * 0.52:.0f} {-h}L{half - 12} {-h}L{half + 6} -40Q{half} 0 {half - 22} 0L{half * 0.7:.0f} 0Z"
    roll = box(-half, -h - 44, w, 64, tone(foil, -0.14), r=10) + box(
        -half, -h - 16, w, 6, tone(foil, -0.35), opacity=0.5
    )
    ties = box(-half - 26, -h - 30, 44, 26, "#c9a15a", r=6) + box(half - 18, -h - 30, 44, 26, "#c9a15a", r=6)
    gleam = path(
        f"M{-half + 26} {-h + 40}L{-half + 46} {-h + 40}L{-half + 38} -40L{-half + 18} -40Z", "#ffffff", opacity=0.18
    )
    valve = ring(half * 0.5, -h + 80, 14, 14, tone(foil, -0.4), 4)
    front = at(-6, -h * 0.44, label(w * 0.66, h * 0.5, paper, ink, motif))
    return (
        shadow(w * 0.82)
        + path(body, foil)
        + path(side, tone(foil, -0.6), opacity=0.16)
        + gleam
        + roll
        + ties
        + valve
        + front
    )


def sack(cloth: str, ink: str, motif: str = "", *, w: float = 380, h: float = 470) -> str:
    """A cotton sack tied with string."""
    half = w / 2
    body = (
        f"M-60 {-h}C{-half} {-h + 90} {-half - 26} {-h * 0.4:.0f} {-half} -30"
        f"Q{-half + 10} 0 {-half + 50} 0L{half - 50} 0"
    )
    body += f"Q{half - 10} 0 {half} -30C{half + 26} {-h * 0.4:.0f} {half} {-h + 90} 60 {-h}Z"
    dark = f"M20 {-h}C{half * 0.6:.0f} {-h + 90} {half * 0.72:.0f} {-h * 0.4:.0f} {half * 0.5:.0f} 0L{half - 50} 0"
    dark += f"Q{half - 10} 0 {half} -30C{half + 26} {-h * 0.4:.0f} {half} {-h + 90} 60 {-h}Z"
    ruff = (
        f"M-60 {-h}C-70 {-h - 40} -100 {-h - 60} -112 {-h - 92}Q-56 {-h - 70} 0 {-h - 92}"
        f"Q56 {-h - 70} 112 {-h - 92}C100 {-h - 60} 70 {-h - 40} 60 {-h}Z"
    )
    string = box(-70, -h - 10, 140, 22, "#b5894a", r=11) + line(
        f"M30 {-h}q40 40 26 92M24 {-h}q10 50 -8 80", "#b5894a", 8
    )
    folds = line(
        f"M-34 {-h + 20}Q-80 {-h + 70} -100 {-h + 130}M6 {-h + 24}Q0 {-h + 60} -6 {-h + 92}", tone(cloth, -0.18), 6
    )
    print_ = (
        at(0, -h * 0.42, motif, scale=1.7)
        + box(-86, -h * 0.2, 172, 16, ink, r=7)
        + box(-50, -h * 0.14, 100, 10, ink, r=5, opacity=0.6)
    )
    return (
        shadow(w * 0.78)
        + path(ruff, tone(cloth, -0.06))
        + path(body, cloth)
        + path(dark, tone(cloth, -0.6), opacity=0.12)
        + folds
        + print_
        + string
    )


def pouch(paper: str, seal: str, ink: str, motif: str = "", window: str = "", *, w: float = 340, h: float = 470) -> str:
    """A flat paper pouch with a folded top and a round window."""
    half = w / 2
    body = path(
        f"M{-half} {-h}L{half} {-h}L{half + 14} -26Q{half + 12} 0 {half - 14} 0"
        f"L{-half + 14} 0Q{-half - 12} 0 {-half - 14} -26Z",
        paper,
    )
    dark = path(
        f"M{half * 0.6:.0f} {-h}L{half} {-h}L{half + 14} -26Q{half + 12} 0 {half - 14} 0L{half * 0.72:.0f} 0Z",
        tone(paper, -0.6),
        opacity=0.1,
    )
    zig = "".join(
        f"L{-half + (step + 0.5) * w / 14:.0f} {-h - 12}L{-half + (step + 1) * w / 14:.0f} {-h}" for step in range(14)
    )
    top = path(f"M{-half} {-h}{zig}Z", paper)
    band = box(-half, -h, w, 74, seal)
    pane = oval(0, -h * 0.3, 104, 92, "#fff8e6") + at(0, -h * 0.3, window) + ring(0, -h * 0.3, 104, 92, seal, 7)
    head = at(0, -h * 0.66, motif, scale=0.9)
    word = box(-80, -h + 28, 160, 16, ink, r=7)
    return shadow(w * 0.78) + top + body + band + dark + pane + head + word


def chocolate_bar(wrap: str, foil: str, ink: str, cocoa: str, motif: str = "") -> str:
    """A bar half out of its wrapper, standing upright; about 330 by 640."""
    block = box(-140, -640, 280, 420, cocoa, r=12)
    pieces = ""
    for row in range(4):
        for col in range(3):
            x, y = -132 + col * 90, -632 + row * 88
            pieces += box(x, y, 84, 80, tone(cocoa, 0.09), r=8) + box(x + 12, y + 12, 60, 56, cocoa, r=6)
    torn = "".join(
        f"L{-160 + (s + 0.5) * 32:.0f} {-404 if s % 2 else -424}L{-160 + (s + 1) * 32:.0f} {-390 if s % 2 else -398}"
        for s in range(10)
    )
    silver = path(f"M-160 -396{torn}L160 -330L-160 -330Z", foil)
    sleeve = box(-168, -360, 336, 360, wrap, r=10) + box(78, -360, 90, 360, tone(wrap, -0.6), r=10, opacity=0.12)
    words = box(-96, -96, 192, 18, ink, r=8) + box(-58, -62, 116, 11, ink, r=5, opacity=0.7)
    return shadow(250) + block + pieces + silver + sleeve + at(0, -220, motif, scale=1.35) + words


def card_box(card: str, lid: str, ink: str, motif: str = "", *, w: float = 440, h: float = 240) -> str:
    """A low confectioner's box with a lid."""
    body = box(-w / 2 + 10, -h, w - 20, h, card, r=8)
    cover = box(-w / 2, -h - 60, w, 100, lid, r=10) + box(
        w * 0.26, -h - 60, w * 0.24, 100, tone(lid, -0.6), r=10, opacity=0.12
    )
    dark = box(w * 0.26, -h + 40, w * 0.24 - 10, h - 40, tone(card, -0.6), r=8, opacity=0.1)
    words = box(-70, -h * 0.2, 140, 14, ink, r=7)
    return (
        shadow(w * 0.75)
        + body
        + dark
        + at(0, -h * 0.46, motif, scale=0.95)
        + words
        + cover
        + box(-w / 2, -h + 24, w, 8, ink, opacity=0.25)
    )


def gift_box(paper: str, ribbon: str, *, w: float = 460, h: float = 360) -> str:
    """A closed gift box with a bow."""
    half = w / 2
    body = box(-half + 14, -h, w - 28, h, paper, r=8) + box(
        half * 0.5, -h, half * 0.5 - 14, h, tone(paper, -0.6), r=8, opacity=0.12
    )
    cover = box(-half, -h - 40, w, 110, tone(paper, 0.14), r=10) + box(
        half * 0.5, -h - 40, half * 0.5, 110, tone(paper, -0.6), r=10, opacity=0.12
    )
    band = box(-34, -h - 40, 68, h + 40, ribbon) + box(10, -h - 40, 24, h + 40, tone(ribbon, -0.6), opacity=0.14)
    return (
        shadow(w * 0.78)
        + body
        + cover
        + box(-half + 14, -h + 68, w - 28, 10, "#000000", opacity=0.08)
        + band
        + at(0, -h - 44, bow(ribbon))
    )


def bow(ribbon: str) -> str:
    """A bow with its knot at the origin, about 260 wide."""
    loop = "M0 0C-40 -120 -150 -120 -140 -40C-134 10 -50 14 0 0Z"
    hole = "M-24 -14C-56 -78 -116 -82 -110 -36C-104 -8 -60 -6 -24 -14Z"
    tail = "M0 0C-30 20 -70 50 -96 96L-66 84L-52 110C-40 60 -16 26 8 6Z"
    halves = ""
    for flip in (False, True):
        halves += at(0, 0, path(tail, tone(ribbon, -0.16)), flip=flip)
        halves += at(0, 0, path(loop, ribbon), path(hole, tone(ribbon, -0.34)), flip=flip)
    return halves + box(-28, -30, 56, 54, tone(ribbon, -0.1), r=18)


def crate(wood: str, *, w: float = 640, h: float = 250, inside: str = "") -> str:
    """An open wooden crate; what is inside is drawn between its back and its front."""
    half = w / 2
    back = box(-half + 20, -h - 30, w - 40, h, tone(wood, -0.4), r=4)
    slats = "".join(box(-half, -h + step * (h / 3), w, h / 3 - 12, tone(wood, 0.05 * step), r=5) for step in range(3))
    posts = "".join(box(x, -h - 14, 44, h + 14, tone(wood, -0.13), r=5) for x in (-half, half - 44))
    nails = "".join(
        oval(x, -h + 38 + step * (h / 3), 5, 5, tone(wood, -0.5)) for x in (-half + 22, half - 22) for step in range(3)
    )
    return shadow(w * 0.66) + back + at(0, -40, inside) + slats + posts + nails


def hamper(straw: str, *, w: float = 660, h: float = 270, inside: str = "") -> str:
    """A woven basket with a handle; what is inside stands between handle and rim."""
    half = w / 2
    handle = line(
        f"M{-half + 50} {-h}C{-half + 60} {-h - 430} {half - 60} {-h - 430} {half - 50} {-h}", tone(straw, -0.2), 30
    )
    body = (
        f"M{-half} {-h}L{half} {-h}L{half - 70} -20Q{half - 76} 0 {half - 100} 0"
        f"L{-half + 100} 0Q{-half + 76} 0 {-half + 70} -20Z"
    )
    weave = ""
    for row in range(4):
        y = -h + 66 + row * 52
        for col in range(11 - row % 2):
            x = (col - (10 - row % 2) / 2) * (w / 11.4) * (1 - row * 0.045)
            weave += box(x - 24, y - 19, 48, 36, tone(straw, -0.14 if (row + col) % 2 else 0.16), r=12)
    rim = box(-half - 16, -h - 20, w + 32, 54, tone(straw, -0.1), r=26)
    return shadow(w * 0.6) + handle + at(0, -h + 40, inside) + path(body, straw) + weave + rim
