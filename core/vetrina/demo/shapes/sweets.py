"""Sweets: panettone, biscuits, nougat, taralli and their crumbs."""

from vetrina.demo.shapes.ink import at, box, line, oval, path, ring, shadow, shaped, spiral, tone


def panettone(crust: str = "#a8672e", case: str = "#c98f4a") -> str:
    """A whole panettone in its paper case, with the cross cut into its dome."""
    dome = path("M-236 -270C-290 -470 -130 -560 0 -560C130 -560 290 -470 236 -270Z", crust)
    light = path(
        "M-200 -330C-220 -450 -110 -520 -10 -526C-120 -480 -150 -420 -150 -330Z", tone(crust, 0.3), opacity=0.6
    )
    cross = line("M-130 -430Q0 -380 130 -440M20 -530Q-20 -440 10 -340", tone(crust, 0.45), 14)
    paper = path("M-232 -300L232 -300L206 0L-206 0Z", case)
    pleats = "".join(line(f"M{x} -296L{x * 0.89:.0f} -4", tone(case, -0.16), 6) for x in range(-210, 211, 30))
    dark = path("M110 -300L232 -300L206 0L98 0Z", "#2a160c", opacity=0.13)
    rim = box(-238, -312, 476, 26, tone(case, 0.25), r=8)
    return shadow(300) + dome + light + cross + paper + pleats + dark + rim


def panettone_slice(crumb: str = "#f6d58c", crust: str = "#a8672e") -> str:
    """A slice with raisins and candied peel."""
    body = path("M-130 0L-150 -250C-150 -330 -80 -360 0 -360C80 -360 150 -330 150 -250L130 0Z", crust)
    soft = path("M-112 -12L-130 -250C-128 -312 -70 -336 0 -336C70 -336 128 -312 130 -250L112 -12Z", crumb)
    fruit = "".join(
        oval(x, y - 170, 13, 10, ("#5b2f26", "#e58f33", "#7fa050")[i % 3])
        for i, (x, y, _) in enumerate(spiral(15, 92, 130))
    )
    holes = "".join(oval(x * 0.9 + 12, y - 176, 7, 10, tone(crumb, 0.4)) for x, y, _ in spiral(18, 96, 140, 0.2))
    return shadow(170) + body + soft + holes + fruit


def cantuccio(dough: str = "#d9a45e") -> str:
    """One almond biscuit, about 180 long, cut side up."""
    body = shaped(
        ((-92, 22, 30), (-70, -34, 34), (70, -40, 34), (96, 10, 30), (60, 40, 30), (-60, 44, 30)), tone(dough, -0.24)
    )
    face = shaped(
        ((-78, 16, 24), (-60, -24, 28), (60, -28, 28), (80, 8, 24), (52, 28, 24), (-52, 32, 24)), tone(dough, 0.22)
    )
    nuts = at(-30, 0, oval(0, 0, 22, 12, "#fbf0da"), turn=20) + at(26, 6, oval(0, 0, 22, 12, "#fbf0da"), turn=-26)
    rims = at(-30, 0, ring(0, 0, 22, 12, "#a86c36", 4), turn=20) + at(26, 6, ring(0, 0, 22, 12, "#a86c36", 4), turn=-26)
    return body + face + nuts + rims


def amaretto(dough: str = "#cf944f") -> str:
    """One cracked amaretto with sugar on top."""
    sugar = "".join(box(x - 4, y - 26, 9, 9, "#fffaf0", r=2) for x, y, _ in spiral(12, 54, 22))
    return (
        oval(0, 0, 80, 46, tone(dough, -0.2))
        + path("M-80 -4C-70 -60 70 -60 80 -4Q0 22 -80 -4Z", dough)
        + line("M-40 -30L-12 -14L16 -32M10 -8L40 -20", tone(dough, -0.3), 5)
        + sugar
    )


def baci(dough: str = "#d8a15b", cream: str = "#4d2a1b") -> str:
    """One lady's kiss: two hazelnut domes around chocolate."""
    upper = path("M-58 -6C-58 -70 58 -70 58 -6Z", dough)
    lower = path("M-54 8C-50 62 50 62 54 8Z", tone(dough, -0.14))
    return lower + box(-60, -12, 120, 24, cream, r=12) + upper + line("M-34 -30Q-20 -46 0 -48", tone(dough, 0.4), 6)


def torrone(length: float = 420) -> str:
    """A block of nougat with almonds, its cut face to the front."""
    half = length / 2
    top = shaped(((-half + 40, -190, 6), (half + 50, -190, 6), (half, -140, 6), (-half, -140, 6)), "#fffaf0")
    front = box(-half, -142, length, 142, "#f6ead2", r=6)
    side = path(f"M{half} -140L{half + 50} -190L{half + 50} -46L{half} 0Z", "#dfcdab")
    nuts = ""
    for x, y, turn in spiral(19, half * 0.86, 54):
        nuts += at(x, y - 71, oval(0, 0, 21, 13, "#b87b3e"), oval(0, 0, 16, 9, "#f7e5c4"), turn=turn)
    wafer = box(-half, -150, length, 12, "#fffdf6") + box(-half, -8, length, 10, "#e8d9b9")
    return shadow(half * 1.25) + side + top + front + nuts + wafer


def tarallo(dough: str = "#dcae68", seeds: str = "") -> str:
    """One tarallo: a small knotted ring; seeds colours the specks on it."""
    loop = ring(0, 0, 46, 38, tone(dough, -0.18), 34) + ring(0, -3, 46, 38, dough, 27)
    knot = line("M-16 36Q0 24 18 40", tone(dough, -0.22), 7) + line("M-40 -20Q-20 -42 6 -42", tone(dough, 0.4), 6)
    specks = "".join(oval(x, y, 4, 4, seeds) for x, y, _ in spiral(9, 62, 52, 6)) if seeds else ""
    return loop + knot + specks


def grissini(dough: str = "#d9aa63", count: int = 9) -> str:
    """A fan of long breadsticks standing in the picture, 620 tall, meant to rise from a glass or a band."""
    sticks = ""
    for index in range(count):
        lean = (index - (count - 1) / 2) * 5.6
        stick = box(-13, -620 + (index * 37) % 70, 26, 600, tone(dough, 0.1 if index % 2 else -0.08), r=13)
        bumps = "".join(
            line(f"M-6 {-540 + s * 120 + (index * 23) % 50}q8 -10 14 0", tone(dough, -0.24), 4) for s in range(4)
        )
        sticks += at(0, 0, stick, bumps, turn=lean)
    return sticks


def gianduiotto(foil: str = "#c9a047") -> str:
    """One wrapped gianduiotto, an upturned boat, about 190 long."""
    hull = path("M-100 20L-44 -52Q0 -66 60 -44L104 20Z", foil)
    facet = path("M-44 -52Q0 -66 60 -44L30 20L-24 20Z", tone(foil, 0.3))
    return hull + facet + path("M60 -44L104 20L30 20Z", tone(foil, -0.24)) + box(-24, -18, 56, 22, "#7d2f26", r=4)


def honey_dipper(wood: str = "#b9804a", honey: str = "#e0992a") -> str:
    """A honey dipper standing on its head, 420 tall."""
    grooves = "".join(
        box(-52 + abs(s - 2) * 9, -128 + s * 24, 104 - abs(s - 2) * 18, 18, tone(wood, -0.14 * (s % 2)), r=9)
        for s in range(5)
    )
    drip = path("M-34 -22Q0 -6 34 -22Q26 26 4 34Q-24 24 -34 -22Z", honey)
    return box(-11, -420, 22, 310, wood, r=11) + grooves + drip
