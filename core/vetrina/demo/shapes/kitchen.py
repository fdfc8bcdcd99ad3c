"""Kitchen: the moka pot, knives, boards, pans and other tools of the trade."""

from vetrina.demo.shapes.ink import at, box, line, oval, path, ring, shadow, shaped, tone, turned


def moka(metal: str = "#c3c6c8", grip: str = "#2f2b2a", knob: str = "") -> str:
    """A faceted moka pot with its spout to the left and its handle to the right, 640 tall."""
    lower = shaped(((-150, -290, 8), (150, -290, 8), (192, 0, 16), (-192, 0, 16)), metal)
    upper = shaped(((-190, -590, 10), (170, -590, 8), (136, -320, 8), (-136, -320, 8)), metal)
    spout = path("M-176 -592L-250 -604Q-200 -540 -166 -500Z", tone(metal, -0.08))
    lower += path("M-60 -290L60 -290L76 0L-76 0Z", tone(metal, 0.35)) + path(
        "M60 -290L150 -290L192 0L76 0Z", tone(metal, -0.22)
    )
    upper += path("M-70 -590L66 -590L54 -320L-56 -320Z", tone(metal, 0.35)) + path(
        "M66 -590L170 -590L136 -320L54 -320Z", tone(metal, -0.22)
    )
    belt = box(-160, -328, 320, 46, tone(metal, -0.1), r=10) + box(-160, -310, 320, 8, tone(metal, -0.4), opacity=0.4)
    valve = oval(110, -150, 22, 22, "#c9a24f") + oval(110, -150, 10, 10, "#8d6a2a")
    lid = shaped(((-196, -588, 8), (176, -588, 8), (60, -652, 20), (-70, -652, 20)), tone(metal, 0.12))
    lid += path("M50 -650L60 -652L176 -588L66 -588Z", tone(metal, -0.22))
    handle = line("M172 -574L276 -560Q300 -556 292 -520L262 -360", grip, 36)
    ball = turned(((18, -710, 16), (28, -680, 12), (14, -648, 4)), knob or grip)
    return shadow(270) + handle + spout + lower + upper + belt + valve + lid + ball


def chef_knife(steel: str = "#d5d8d8", grip: str = "#6a4630", *, length: float = 760) -> str:
    """A chef's knife lying level, its tip to the left, around the origin."""
    x = length * 0.16
    blade = path(
        f"M{x} -52L{-length / 2 + 40} -40Q{-length / 2} -34 {-length / 2} -20Q{-length / 3:.0f} 60 {x} 62Z", steel
    )
    edge = path(
        f"M{-length / 2} -20Q{-length / 3:.0f} 60 {x} 62L{x} 34Q{-length / 3:.0f} 34 {-length / 2} -20Z",
        tone(steel, 0.55),
    )
    bolster = box(x - 4, -54, 34, 96, tone(steel, -0.25), r=6)
    handle = shaped(((x + 26, -50, 10), (length / 2, -46, 24), (length / 2 + 8, 30, 26), (x + 26, 24, 10)), grip)
    rivets = "".join(oval(x + 84 + s * 66, -12, 10, 10, "#d9c7a0") for s in range(3))
    shade_ = path(f"M{x + 26} 2L{length / 2 + 4} 4L{length / 2} 30L{x + 26} 24Z", "#1b0f08", opacity=0.2)
    return at(8, 40, oval(0, 10, length * 0.5, 40, "url(#shadow)")) + blade + edge + bolster + handle + shade_ + rivets


def cheese_knife(steel: str = "#d5d8d8", grip: str = "#8a5a34") -> str:
    """An almond-shaped knife for hard cheese, point to the left, around the origin."""
    blade = path("M40 -60C-60 -92 -180 -50 -250 8C-170 34 -60 70 40 50Z", steel)
    edge = path("M-250 8C-170 34 -60 70 40 50L40 20C-60 34 -160 16 -250 8Z", tone(steel, 0.55))
    handle = shaped(((36, -40, 16), (150, -62, 60), (270, -40, 40), (270, 40, 40), (150, 52, 60), (36, 34, 16)), grip)
    shade_ = path("M40 6L272 10Q268 40 230 44Q150 56 40 34Z", "#1b0f08", opacity=0.2)
    return oval(10, 70, 280, 40, "url(#shadow)") + blade + edge + handle + shade_ + box(28, -46, 20, 86, "#c9a24f", r=6)


def board(wood: str = "#c4935a", *, w: float = 700, h: float = 430, handle: bool = True) -> str:
    """A wooden board from above with flowing grain, around the origin."""
    half, tall = w / 2, h / 2
    slab = box(-half, -tall, w, h, wood, r=70)
    grip = box(half - 60, -48, 220, 96, wood, r=46) + oval(half + 104, 0, 22, 22, tone(wood, -0.5)) if handle else ""
    grain = ""
    for step in range(6):
        y = -tall + 50 + step * (h - 90) / 5
        bend = 34 if step % 2 else -30
        grain += line(
            f"M{-half + 30} {y:.0f}"
            f"C{-half * 0.4:.0f} {y + bend:.0f} {half * 0.2:.0f} {y - bend:.0f} {half - 34} {y + bend * 0.4:.0f}",
            tone(wood, -0.2),
            7,
            0.55,
        )
    knot = oval(-half * 0.3, tall * 0.16, 30, 18, tone(wood, -0.26), 0.6) + ring(
        -half * 0.3, tall * 0.16, 52, 32, tone(wood, -0.2), 6, 0.5
    )
    return (
        oval(20, 36, half * 1.22, tall * 1.14, "url(#shadow)")
        + at(0, 12, box(-half, -tall, w, h, tone(wood, -0.3), r=70))
        + grip
        + slab
        + grain
        + knot
    )


def frying_pan(iron: str = "#3c3a3a", inside: str = "") -> str:
    """A pan from above with its handle to the upper right, around the origin; inside is drawn in it."""
    handle = at(0, 0, box(250, -30, 370, 60, tone(iron, 0.12), r=28), oval(572, 0, 14, 14, "#efe4d3"), turn=-38)
    rim = oval(0, 0, 310, 310, tone(iron, 0.18)) + oval(0, 0, 288, 288, tone(iron, -0.25)) + oval(4, 6, 258, 258, iron)
    gleam = line("M-196 -110A226 226 0 0 1 -90 -204", "#ffffff", 14, 0.22)
    return oval(14, 34, 330, 330, "url(#shadow)") + handle + rim + gleam + inside


def pot(metal: str = "#c9764b", inner: str = "#e9e4dc", knob: str = "#c9a24f") -> str:
    """A tall pasta pot with its lid and two handles."""
    ears = ring(-262, -250, 40, 30, knob, 20) + ring(262, -250, 40, 30, knob, 20)
    body = turned(((250, -330, 6), (244, 0, 34)), metal)
    lid = path("M-258 -344Q-200 -420 0 -426Q200 -420 258 -344Z", tone(metal, 0.12))
    lid += path("M90 -414Q220 -396 258 -344L110 -344Z", "#2a160c", opacity=0.12)
    rim = box(-264, -352, 528, 28, inner, r=12)
    grip = turned(((20, -480, 14), (34, -460, 14), (14, -424, 4)), knob)
    return shadow(330) + ears + body + lid + rim + grip


def mortar(stone: str = "#e7e4de", pestle: str = "#b98550") -> str:
    """A marble mortar with four ears and its wooden pestle."""
    stick = at(40, -300, turned(((40, -320, 34), (26, -230, 30), (22, 0, 10), (46, 40, 24)), pestle), turn=24)
    body = turned(((240, -310, 14), (226, -180, 60), (140, -30, 40), (160, 0, 12)), stone, shade=0.14)
    ears = "".join(box(x, -318, 84, 92, tone(stone, -0.07 if x > 0 else 0.1), r=22) for x in (-278, 194)) + box(
        -52, -312, 104, 78, tone(stone, 0.2), r=22
    )
    veins = line("M-160 -200Q-110 -160 -130 -100T-80 -40M60 -230Q90 -170 60 -120", tone(stone, -0.2), 5, 0.6)
    mouth = oval(0, -310, 240, 40, tone(stone, 0.3)) + oval(0, -306, 206, 30, tone(stone, -0.28))
    return (
        shadow(310)
        + mouth
        + stick
        + path("M-240 -310A240 40 0 0 0 240 -310L240 -280L-240 -280Z", stone)
        + body
        + ears
        + veins
    )


def rolling_pin(wood: str = "#cf9f66") -> str:
    """A long plain rolling pin, level, around the origin, 820 long."""
    body = box(-410, -36, 820, 72, wood, r=34)
    dark = box(-410, 6, 820, 30, tone(wood, -0.6), r=15, opacity=0.16)
    grain = line("M-340 -14Q-100 -24 120 -12T360 -16M-300 8Q-60 0 200 10", tone(wood, -0.2), 5, 0.5)
    return oval(6, 44, 420, 26, "url(#shadow)") + body + dark + grain + line("M-380 -22L-120 -24", "#ffffff", 8, 0.35)


def grater(steel: str = "#d0d3d4", wood: str = "#c08f5a") -> str:
    """A curved grater on its wooden drawer box, seen from the front, with a heap of grated cheese."""
    case = box(-250, -190, 500, 190, wood, r=14) + box(90, -190, 160, 190, "#2a160c", r=14, opacity=0.1)
    drawer = box(-214, -130, 428, 100, tone(wood, 0.16), r=10) + oval(0, -80, 20, 20, tone(wood, -0.4))
    arch = path("M-222 -190C-222 -420 222 -420 222 -190Z", steel) + path(
        "M90 -330C170 -310 222 -270 222 -190L130 -190Q130 -270 90 -330Z", "#2a2a2a", opacity=0.12
    )
    holes = "".join(
        oval((col - (5 - row % 2) / 2 + 0.2) * 62, -222 - row * 38, 10, 7, tone(steel, -0.45))
        for row in range(4)
        for col in range(6 - row % 2)
        if abs((col - 2.4) * 62) < 178 - row * 30
    )
    return shadow(320) + arch + holes + case + drawer


def pasta_board(wood: str = "#dcb47c", dough: str = "#f0d79a") -> str:
    """A lipped board from above with a disc of dough, around the origin."""
    slab = box(-380, -250, 760, 500, wood, r=14) + box(-380, 236, 760, 30, tone(wood, -0.3), r=8)
    planks = "".join(line(f"M-366 {y}L366 {y + 4}", tone(wood, -0.15), 5, 0.6) for y in (-160, -60, 50, 150))
    sheet = path(
        "M-210 -20C-220 -170 -40 -190 60 -180C220 -170 260 -40 220 60"
        "C180 180 -20 170 -110 140C-190 110 -210 60 -210 -20Z",
        dough,
    )
    return (
        oval(14, 40, 430, 290, "url(#shadow)")
        + slab
        + planks
        + sheet
        + line("M-150 -70Q-100 -140 10 -146", "#ffffff", 10, 0.4)
    )
