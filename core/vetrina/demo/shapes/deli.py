"""Deli counter: cheeses and cured meats, whole and cut."""

from vetrina.demo.shapes.ink import at, line, oval, path, ring, shadow, shaped, spiral, tone, turned


def wheel(rind: str, mark: str = "", *, w: float = 620, h: float = 230) -> str:
    """A whole cheese seen from a little above, its mark printed on the side."""
    half, ry = w / 2, w * 0.15
    side = f"M{-half} {-h}L{-half} {-ry * 0.6:.0f}A{half} {ry:.0f} 0 0 0 {half} {-ry * 0.6:.0f}L{half} {-h}Z"
    dark = (
        f"M{half * 0.4:.0f} {-h}L{half * 0.4:.0f} {ry * 0.32:.0f}"
        f"Q{half * 0.86:.0f} {ry * 0.1:.0f} {half} {-ry * 0.6:.0f}L{half} {-h}Z"
    )
    dots = "".join(
        oval(half * x, -h * 0.42 + ry * 0.42 * (1 - abs(x)), 6, 6, tone(rind, -0.35))
        for x in (-0.9, -0.8, -0.7, -0.6, 0.6, 0.7, 0.8, 0.9)
    )
    top = oval(0, -h, half, ry, tone(rind, 0.22)) + ring(0, -h, half * 0.92, ry * 0.9, tone(rind, 0.4), 5)
    return (
        shadow(w * 0.62, ry * 0.7)
        + path(side, rind)
        + path(dark, tone(rind, -0.6), opacity=0.14)
        + dots
        + at(0, -h * 0.3, mark)
        + top
    )


def wedge(rind: str, paste: str, *, specks: str = "", grain: str = "", h: float = 190) -> str:
    """A cut wedge with its tip to the left; specks colour blue veins, grain colours crystals and small holes."""
    top = path(f"M-330 {-h}L326 {-h - 118}Q320 {-h - 50} 248 {-h + 8}Z", tone(paste, 0.34))
    face = path(f"M-330 {-h}L248 {-h + 8}L248 8L-330 0Z", tone(paste, -0.05))
    crust = path(f"M248 {-h + 8}Q320 {-h - 50} 326 {-h - 118}L326 -112Q318 -46 248 8Z", rind)
    rim = line(f"M322 {-h - 112}Q314 {-h - 50} 246 {-h + 6}", tone(rind, 0.25), 9) + line(
        f"M244 {-h + 12}L244 4", rind, 9
    )
    marks = ""
    if specks:
        for x, y, turn in spiral(17, 240, h * 0.36):
            marks += at(
                x - 40,
                y - h * 0.52,
                path("M-26 0Q-10 -14 4 -4Q20 -8 28 4Q12 14 -2 8Q-16 14 -26 0Z", specks),
                turn=turn % 40 - 20,
            )
    if grain:
        for x, y, turn in spiral(34, 268, h * 0.4):
            marks += oval(x - 42, y - h * 0.5, 4 + turn % 5, 3, grain, 0.8)
    low = path("M-330 0L248 8L248 -30L-330 -34Z", tone(paste, -0.5), opacity=0.08)
    return shadow(390, 40, y=-4) + face + low + top + marks + crust + rim


def shavings(paste: str = "#f3dc9c") -> str:
    """A few flakes of hard cheese, about 200 wide."""
    flake = path("M-60 0Q-40 -40 10 -36Q56 -30 62 0Q20 -14 -60 0Z", paste) + path(
        "M-60 0Q20 -14 62 0Q20 8 -60 0Z", tone(paste, -0.18)
    )
    return at(-60, 4, flake, turn=-8) + at(54, 10, flake, turn=14, scale=0.85) + at(0, -22, flake, turn=4, scale=0.75)


def ball(skin: str, *, r: float = 130) -> str:
    """A ball of fresh cheese with a soft light."""
    body = oval(0, -r * 0.88, r, r * 0.88, skin)
    dark = path(
        f"M{r * 0.5:.0f} {-r * 1.62:.0f}A{r} {r * 0.88:.0f} 0 0 1 {r * 0.1:.0f} 0"
        f"Q{r * 0.86:.0f} {-r * 0.5:.0f} {r * 0.5:.0f} {-r * 1.62:.0f}Z",
        tone(skin, -0.5),
        opacity=0.14,
    )
    return shadow(r * 1.2) + body + dark + oval(-r * 0.38, -r * 1.28, r * 0.2, r * 0.12, "#ffffff", 0.8)


def pear_cheese(skin: str, cord: str = "#a9793f") -> str:
    """A caciocavallo: a pear-shaped cheese tied by its neck, 600 tall, to hang from a cord."""
    body = turned(
        ((50, -560, 40), (62, -520, 30), (40, -470, 20), (150, -350, 120), (168, -130, 130), (90, 0, 60)), skin
    )
    knot = ring(0, -470, 46, 12, cord, 14) + line("M0 -470Q30 -600 0 -690", cord, 12)
    ropes = line("M-150 -250Q0 -190 150 -250M-165 -140Q0 -80 166 -140", tone(skin, -0.18), 7)
    return body + ropes + knot


def salami(skin: str = "#e9ddd0", meat: str = "#a63c36", *, length: float = 560) -> str:
    """A whole salame lying down, cut at its right end, dusted with white mould and tied with string."""
    half = length / 2
    body = f"M{-half} -86Q{-half} -170 {-half + 100} -172L{half} -172L{half} 0L{-half + 100} 0Q{-half} -4 {-half} -86Z"
    low = f"M{-half} -86Q{-half + 10} -60 {-half + 100} -54L{half} -54L{half} 0L{-half + 100} 0Q{-half} -4 {-half} -86Z"
    mould = "".join(oval(x - 30, y - 88, 9, 6, "#ffffff", 0.55) for x, y, _ in spiral(32, half * 0.84, 64))
    cords = "".join(
        line(f"M{x} -172Q{x + 26} -86 {x} 0", "#c2a27a", 7) for x in range(int(-half) + 110, int(half) - 40, 90)
    )
    tail = line(f"M{-half} -86q-50 -6 -70 -50", "#c2a27a", 9) + oval(-half + 2, -86, 18, 22, tone(skin, -0.15))
    cut = at(half, -86, slice_of(meat, "#f6dccf", tone(skin, -0.12), rx=50, ry=86, bits=13))
    return (
        shadow(half * 1.2, 30)
        + tail
        + path(body, skin)
        + path(low, tone(skin, -0.6), opacity=0.13)
        + mould
        + cords
        + cut
    )


def slice_of(
    meat: str, fat: str, skin: str, *, rx: float = 90, ry: float = 90, bits: int = 22, extra: str = "", fleck: float = 1
) -> str:
    """A round slice with spots of fat around the origin; extra colours a few more spots, as pistachios do."""
    spots = ""
    for index, (x, y, turn) in enumerate(spiral(bits, rx * 0.8, ry * 0.8)):
        size = min(rx, ry) * (0.07 + 0.05 * (index % 3)) * fleck
        hue = extra if extra and index % 5 == 2 else fat
        spots += at(x, y, oval(0, 0, size, size * 0.7, hue), turn=turn)
    return oval(0, 0, rx, ry, skin) + oval(0, 0, rx - 6, ry - 6, meat) + spots


def ham(skin: str = "#c98d5c", meat: str = "#b9473f", fat: str = "#f7e3d3") -> str:
    """A whole ham, its cut face to the right, about 640 wide."""
    body = (
        "M-330 -150C-300 -190 -240 -180 -170 -210C-60 -300 130 -330 240 -240"
        "C330 -160 300 -20 160 -6C20 8 -120 -60 -200 -100C-260 -110 -330 -110 -330 -150Z"
    )
    low = (
        "M-200 -100C-120 -60 20 8 160 -6C240 -14 290 -66 298 -124C240 -60 60 -60 -40 -96C-110 -120 -160 -112 -200 -100Z"
    )
    bone = oval(-336, -138, 30, 22, "#f3e6cf") + oval(-346, -160, 20, 16, "#f3e6cf")
    cut = "M110 -292C250 -310 330 -180 282 -92C250 -34 190 -30 150 -70C100 -120 60 -260 110 -292Z"
    heart = "M130 -262C230 -276 300 -180 262 -106C238 -66 200 -66 172 -96C130 -140 96 -244 130 -262Z"
    veins = line("M158 -230Q200 -190 206 -120M196 -240Q240 -200 240 -140", fat, 8, 0.85)
    cord = line("M-330 -150q-20 -60 10 -120", "#a9793f", 10)
    return (
        shadow(360, 36)
        + cord
        + bone
        + path(body, skin)
        + path(low, tone(skin, -0.6), opacity=0.16)
        + path(cut, fat)
        + path(heart, meat)
        + veins
    )


def folds(meat: str, fat: str, count: int = 5) -> str:
    """Thin slices folded into ribbons side by side, about 420 wide."""
    ribbons = ""
    for index in range(count):
        x = (index - (count - 1) / 2) * 84
        lift = 18 if index % 2 else 0
        fold = path("M-74 0C-84 -70 -30 -120 20 -104C70 -90 84 -40 74 0Q40 -22 10 -2Q-30 18 -74 0Z", meat)
        rim = line("M-74 0C-84 -70 -30 -120 20 -104C70 -90 84 -40 74 0", fat, 13)
        crease = line("M-40 -14Q-40 -66 0 -80M20 -12Q16 -50 36 -70", tone(meat, 0.35), 6)
        ribbons += at(x, -lift, fold, crease, rim, turn=(index * 13) % 18 - 9)
    return ribbons


def mortadella() -> str:
    """A big mortadella on its side with its pink cut face to the front."""
    body = "M-330 -250Q-370 -160 -320 -60L-60 0L120 0L120 -380L-60 -380Q-250 -360 -330 -250Z"
    net = "".join(
        line(f"M{-300 + s * 70} {-290 - s * 22}Q{-330 + s * 76} -150 {-270 + s * 66} {-50 + s * 12}", "#f2e3cf", 6, 0.8)
        for s in range(5)
    )
    face = at(110, -192, slice_of("#efb3a6", "#fbeae2", "#c9785f", rx=190, ry=192, bits=44, fleck=0.6, extra="#8da653"))
    return shadow(360, 34) + path(body, "#c9785f") + net + face


def guanciale() -> str:
    """A triangular guanciale with its pepper crust and streaks of lean meat."""
    slab = shaped(((-290, -10, 30), (-40, -380, 60), (300, -60, 50), (280, 0, 30)), "#5b4536")
    fat = shaped(((-236, -30, 30), (-38, -338, 50), (258, -66, 40), (240, -26, 24)), "#fae9dc")
    lean = path(
        "M-170 -62C-90 -150 -20 -210 20 -236C70 -190 30 -150 90 -120"
        "C40 -110 -20 -130 -60 -90C-90 -60 -120 -56 -170 -62Z",
        "#c2574a",
    )
    lean += path("M40 -66C100 -100 140 -110 196 -70C150 -52 90 -50 40 -66Z", "#c2574a")
    pepper = "".join(oval(x - 6, y - 20, 6, 4, "#2d211a") for x, y, _ in spiral(20, 280, 12))
    return shadow(330, 30) + slab + fat + lean + pepper


def nduja() -> str:
    """A soft red 'nduja in its casing, tied at both ends, about 560 wide."""
    body = "M-250 -90C-230 -200 -90 -230 20 -220C160 -212 250 -170 262 -96C250 -20 120 6 0 2C-120 0 -240 -10 -250 -90Z"
    low = "M-250 -90C-200 -50 -90 -46 20 -50C140 -52 230 -60 262 -96C250 -20 120 6 0 2C-120 0 -240 -10 -250 -90Z"
    cords = line(
        "M-120 -212Q-90 -100 -120 -6M0 -222Q34 -110 0 2M120 -208Q150 -100 120 -8M-250 -90Q0 -130 262 -96", "#e6cda4", 8
    )
    ends = (
        oval(-262, -92, 26, 20, "#8d2d20")
        + oval(276, -98, 24, 18, "#8d2d20")
        + line("M-284 -92q-50 0 -70 -44", "#e6cda4", 9)
    )
    flecks = "".join(oval(x, y - 112, 5, 5, "#e8764c", 0.8) for x, y, _ in spiral(26, 216, 84))
    return shadow(310, 30) + ends + path(body, "#b63a26") + path(low, "#4a120c", opacity=0.2) + flecks + cords
