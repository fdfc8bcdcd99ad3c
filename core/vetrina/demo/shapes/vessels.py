"""Vessels: bottles, jars and tins with their printed labels."""

from collections.abc import Mapping

from vetrina.demo.shapes.ink import Corner, at, between, box, line, oval, path, ring, shadow, shaped, tone, turned

BOTTLES: Mapping[str, tuple[Corner, ...]] = {
    "oil": ((38, -700, 6), (38, -560, 26), (112, -462, 70), (114, 0, 24)),
    "wine": ((36, -790, 6), (38, -560, 40), (114, -452, 80), (114, 0, 22)),
    "sparkling": ((38, -790, 6), (42, -590, 60), (126, -390, 130), (128, 0, 30)),
    "spirit": ((40, -700, 6), (40, -590, 22), (104, -540, 60), (96, 0, 20)),
    "soda": ((40, -520, 6), (42, -400, 40), (84, -290, 60), (86, 0, 22)),
    "passata": ((58, -590, 6), (58, -520, 20), (118, -420, 70), (118, 0, 26)),
    "bulb": ((30, -480, 6), (32, -360, 20), (150, -330, 120), (150, -110, 120), (70, -40, 8), (96, 0, 8)),
    "square": ((34, -620, 6), (34, -470, 16), (108, -420, 36), (108, 0, 16)),
}
"""Half widths from top to bottom, by the form of the bottle."""


def label(w: float, h: float, paper: str, ink: str, motif: str = "", size: float = 1) -> str:
    """A paper label around the origin: a frame, a motif, and two bars where words would be."""
    bars = box(-w * 0.27, h * 0.25, w * 0.54, h * 0.05, ink, r=4) + box(
        -w * 0.17, h * 0.36, w * 0.34, h * 0.03, ink, r=3, opacity=0.6
    )
    frame = f"M{-w / 2 + 9:.0f} {-h / 2 + 9:.0f}h{w - 18:.0f}v{h - 18:.0f}h{18 - w:.0f}Z"
    printed = at(0, -h * 0.12, motif, scale=size * min(w, h) / 190)
    edge = box(w * 0.22, -h / 2, w * 0.28, h, tone(paper, -0.6), opacity=0.07)
    return box(-w / 2, -h / 2, w, h, paper, r=5) + line(frame, ink, 2.5, 0.55) + printed + bars + edge


def bottle(glass: str, cap: str, paper: str, ink: str, motif: str = "", *, form: str = "oil", fill: str = "") -> str:
    """A labelled bottle of one of the BOTTLES forms; fill is the colour of what is inside clear glass."""
    profile = BOTTLES[form]
    top, height = profile[0], -profile[0][1]
    body = turned(profile, glass)
    if fill:
        inside = tuple((x - 9, max(y + 4, -height * 0.7), r) for x, y, r in profile[1:-1])
        body += shaped(between((*inside, (profile[-1][0] - 9, -12, 18)), -1, 1), fill)
        body += shaped(between((*inside, (profile[-1][0] - 9, -12, 18)), 0.45, 1), tone(fill, -0.6), 0.18)
        body += shaped(between(profile[2:], -0.82, -0.68), "#ffffff", 0.3)
    long_cap = {"wine": 170, "sparkling": 250, "spirit": 84, "oil": 92}.get(form, 62)
    capsule = turned(((top[0] + 5, -height - 12, 10), (top[0] + 5, -height + long_cap - 12, 4)), cap, shine=0.3)
    ring_at = -height + long_cap - 10
    collar = box(-top[0] - 8, ring_at - 12, top[0] * 2 + 16, 13, tone(cap, -0.2), r=5)
    wide = profile[-2][0] * 2 if form != "bulb" else 150
    size = (wide, height * 0.32) if form != "bulb" else (120, 110)
    place = -height * 0.29 if form != "bulb" else -212
    front = at(0, place, label(size[0], size[1], paper, ink, motif))
    return shadow(profile[-1][0] * 1.9) + body + capsule + collar + front


def jar(
    content: str,
    lid: str,
    paper: str,
    ink: str,
    motif: str = "",
    *,
    bits: str = "",
    wide: float = 150,
    tall: float = 360,
) -> str:
    """A glass jar with a twist lid; bits are drawn over the content, in the jar's own coordinates."""
    neck = wide - 24
    glass: tuple[Corner, ...] = ((neck, -tall + 8, 8), (neck, -tall + 34, 14), (wide, -tall + 74, 40), (wide, 0, 44))
    inner: tuple[Corner, ...] = ((wide - 12, -tall + 84, 34), (wide - 12, -12, 36))
    cover = turned(((neck + 12, -tall - 46, 12), (neck + 12, -tall + 14, 8)), lid, shine=0.28)
    ridges = "".join(box(x, -tall - 30, 4, 38, tone(lid, -0.3), opacity=0.35) for x in range(int(-neck), int(neck), 22))
    return (
        shadow(wide * 1.6)
        + turned(glass, "#f4f6f1", shine=0)
        + turned(inner, content, shade=0.14, shine=0)
        + bits
        + shaped(between(glass[2:], -0.84, -0.72), "#ffffff", 0.45)
        + at(0, -tall * 0.38, label(wide * 1.36, tall * 0.46, paper, ink, motif))
        + cover
        + ridges
    )


def tin(body: str, band: str, ink: str, motif: str = "", *, wide: float = 170, tall: float = 400) -> str:
    """A round food tin with a printed band."""
    steel = "#cfcfca"
    drum: tuple[Corner, ...] = ((wide, -tall, 6), (wide, 0, 6))
    rims = "".join(box(-wide - 6, y, wide * 2 + 12, 15, steel, r=7) for y in (-tall - 6, -10))
    lid = oval(0, -tall, wide + 4, wide * 0.16, steel) + oval(0, -tall, wide - 10, wide * 0.12, tone(steel, 0.4))
    printed = turned(((wide, -tall + 30, 0), (wide, -30, 0)), body)
    plate = oval(0, -tall / 2, wide * 0.72, tall * 0.32, band) + ring(0, -tall / 2, wide * 0.66, tall * 0.29, ink, 3)
    words = box(-wide * 0.34, -tall * 0.36, wide * 0.68, 16, ink, r=6) + at(0, -tall * 0.55, motif, scale=wide / 130)
    return shadow(wide * 1.55) + turned(drum, steel) + printed + plate + words + rims + lid


def flat_tin(body: str, band: str, ink: str, motif: str = "", *, wide: float = 230, tall: float = 110) -> str:
    """A low round tin, as for anchovies or pastilles, seen from a little above."""
    ry = wide * 0.42
    side = f"M{-wide} {-tall}L{-wide} {-ry * 0.55:.0f}A{wide} {ry:.0f} 0 0 0 {wide} {-ry * 0.55:.0f}L{wide} {-tall}Z"
    top = oval(0, -tall, wide, ry, body) + ring(0, -tall, wide - 8, ry - 5, tone(body, 0.45), 6)
    face = oval(0, -tall, wide * 0.72, ry * 0.7, band) + at(0, -tall - 6, motif, scale=wide / 190)
    return (
        shadow(wide * 1.3, ry * 0.6, y=-ry * 0.1 + 20)
        + path(side, tone(body, -0.25))
        + top
        + face
        + ring(0, -tall, wide * 0.66, ry * 0.62, ink, 3)
    )


def can(body: str, band: str, ink: str, motif: str = "", *, wide: float = 300, tall: float = 520) -> str:
    """A square oil can with a spout and a handle, a lit front and a narrow side."""
    side, slant = 84, 40
    front = box(-wide / 2 - 30, -tall, wide, tall, body, r=10)
    x = wide / 2 - 30
    flank = path(
        f"M{x - 6} {-tall + 2}L{x + side} {-tall - slant}L{x + side} {-slant * 0.6:.0f}L{x - 6} 0Z", tone(body, -0.22)
    )
    lid = path(
        f"M{-x - 60 + 4} {-tall + 3}L{-x - 60 + side} {-tall - slant}L{x + side} {-tall - slant}L{x - 2} {-tall + 3}Z",
        "#d9c68f",
    )
    spout = box(-x - 4, -tall - 92, 46, 74, "#d9c68f", r=8) + box(-x - 12, -tall - 112, 62, 36, tone(body, -0.45), r=10)
    handle = line(f"M{x - 90} {-tall - 20}q10 -66 70 -66q50 0 56 58", "#b9a469", 14)
    stripe = box(-wide / 2 - 30, -tall * 0.2, wide, 34, band) + box(-wide / 2 - 30, -tall * 0.9, wide, 18, band)
    face = oval(-30, -tall * 0.54, wide * 0.38, tall * 0.25, band) + ring(
        -30, -tall * 0.54, wide * 0.34, tall * 0.225, ink, 3
    )
    return (
        shadow(wide * 0.85, x=20)
        + handle
        + flank
        + lid
        + spout
        + front
        + stripe
        + face
        + at(-30, -tall * 0.54, motif, scale=1.35)
    )


def cruet(clay: str, cork: str, mark: str = "") -> str:
    """A glazed oil cruet with a handle and a spout."""
    body = turned(((44, -520, 8), (40, -420, 30), (140, -250, 110), (132, -40, 70), (100, 0, 18)), clay)
    handle = line("M52 -440C190 -470 210 -300 132 -210", tone(clay, -0.12), 30)
    spout = path("M-34 -360C-100 -400 -128 -470 -150 -560L-108 -572C-92 -510 -70 -470 -30 -450Z", tone(clay, -0.1))
    stopper = turned(((30, -560, 12), (38, -516, 6)), cork)
    return shadow(220) + handle + spout + body + stopper + at(0, -200, mark, scale=1.2)


def glass_tumbler(tint: str, drink: str = "", level: float = 0.6) -> str:
    """A low glass, empty or filled to a share of its height."""
    shape: tuple[Corner, ...] = ((104, -260, 4), (82, 0, 26))
    base = shaped(between(shape, -1, 1), tint, 0.55)
    if drink:
        top = 260 * level
        half = 82 + 22 * level - 10
        base += shaped(between(((half, -top, 2), (76, -16, 20)), -1, 1), drink, 0.9)
    facets = "".join(line(f"M{x} -30L{x * 1.22:.0f} -150", "#ffffff", 5, 0.5) for x in (-54, -18, 18, 54))
    return (
        shadow(140)
        + base
        + facets
        + shaped(between(shape, -0.86, -0.7), "#ffffff", 0.5)
        + ring(0, -258, 103, 13, tone(tint, -0.2), 4)
    )
