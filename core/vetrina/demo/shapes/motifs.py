"""Motifs: fruits, leaves and seeds about 100 units tall, printed on labels and strewn beside the products."""

from vetrina.demo.shapes.ink import at, box, line, oval, path, ring, spiral, tone


def leaf(colour: str = "#7f9460", length: float = 90) -> str:
    """A pointed leaf growing to the right from the origin."""
    wide = length * 0.24
    blade = f"M0 0C{length * 0.25:.0f} {-wide:.0f} {length * 0.7:.0f} {-wide:.0f} {length:.0f} 0"
    blade += f"C{length * 0.7:.0f} {wide:.0f} {length * 0.25:.0f} {wide:.0f} 0 0Z"
    return path(blade, colour) + line(f"M4 0L{length * 0.8:.0f} 0", tone(colour, -0.25), 3, 0.6)


def olive(colour: str = "#6d7a35") -> str:
    """One olive with a spot of light."""
    return oval(0, 0, 27, 35, colour) + oval(-9, -13, 7, 10, "#ffffff", 0.35)


def olive_sprig(fruit: str = "#59622f", green: str = "#7f9460") -> str:
    """A sprig with two olives."""
    leaves = (at(0, 30, leaf(green, 84), turn=-150), at(0, 30, leaf(green, 84), turn=-30))
    upper = (at(0, -8, leaf(green, 78), turn=-128), at(0, -8, leaf(green, 78), turn=-52))
    stem = line("M0 58Q-4 10 0 -40", tone(green, -0.25), 5)
    fruits = at(-20, 44, olive(fruit), scale=0.62, turn=18) + at(24, 52, olive(fruit), scale=0.62, turn=-14)
    return "".join((*leaves, *upper, stem, fruits))


def lemon(skin: str = "#f0c83c") -> str:
    """A whole lemon lying on its side, with one leaf."""
    body = "M-62 4C-50 -44 38 -48 52 -10C60 -10 70 -4 70 4C66 12 58 12 52 14C36 50 -48 46 -62 4Z"
    return at(-52, -20, leaf(), turn=-48, scale=0.6) + path(body, skin) + oval(-18, -18, 16, 8, "#ffffff", 0.4)


def citrus_slice(skin: str = "#f0c83c", flesh: str = "#f8de7a") -> str:
    """A round slice of citrus."""
    rays = "".join(at(0, 0, path("M0 -6L-13 -36Q0 -44 13 -36Z", flesh), turn=step * 45) for step in range(8))
    return oval(0, 0, 54, 54, skin) + oval(0, 0, 47, 47, "#fdf4d6") + rays


def tomato(skin: str = "#d4432f", *, long: bool = False) -> str:
    """A round tomato, or a long one of the San Marzano kind."""
    body = oval(0, 8, 34, 54, skin) if long else oval(0, 6, 52, 46, skin)
    light = oval(-14 if long else -22, -8, 8, 16, "#ffffff", 0.35)
    star = "".join(at(0, -38, path("M0 0C8 -6 22 -6 30 6C18 8 6 8 0 0Z", "#5f8a4a"), turn=t) for t in (8, 70, 110, 172))
    return body + light + star + line("M0 -38L4 -58", "#5f8a4a", 6)


def wheat(colour: str = "#c99a3f") -> str:
    """An ear of wheat."""
    grains = ""
    for step in range(5):
        grain = path("M0 0C6 -12 20 -20 26 -32C10 -32 -4 -20 0 0Z", colour)
        grains += at(0, 20 - step * 17, grain) + at(0, 20 - step * 17, grain, flip=True)
    return line("M0 62L0 -56", tone(colour, -0.15), 4) + grains + oval(0, -62, 6, 14, colour)


def basil(colour: str = "#5d8f4b") -> str:
    """A tuft of basil leaves."""
    blade = path("M0 0C-34 -14 -32 -58 0 -78C32 -58 34 -14 0 0Z", colour) + line("M0 -6L0 -56", tone(colour, -0.25), 3)
    low = path("M0 0C-28 -12 -28 -46 0 -62C28 -46 28 -12 0 0Z", tone(colour, -0.14))
    return at(0, 30, low, turn=-72) + at(0, 30, low, turn=72) + at(0, 32, blade, turn=-8)


def chilli(colour: str = "#cc3a2b") -> str:
    """A curved chilli pepper."""
    body = "M-14 -44C24 -44 34 30 -34 62C-6 26 -30 -8 -14 -44Z"
    return (
        path(body, colour)
        + path("M-20 -40Q-2 -54 14 -40Q0 -34 -20 -40Z", "#5f8a4a")
        + line("M-2 -48L6 -66", "#5f8a4a", 7)
    )


def bean(colour: str = "#6b4028") -> str:
    """A coffee bean."""
    return oval(0, 0, 30, 42, colour) + line("M4 -36Q-14 -8 2 4Q14 16 -4 36", tone(colour, -0.5), 6)


def hazelnut(colour: str = "#b9824a") -> str:
    """A hazelnut with its pale cap."""
    body = "M0 -44C40 -34 48 10 34 32Q0 50 -34 32C-48 10 -40 -34 0 -44Z"
    cap = "M-37 26Q0 12 37 26Q24 46 0 46Q-24 46 -37 26Z"
    return path(body, colour) + path(cap, tone(colour, 0.5)) + oval(-14, -12, 6, 14, "#ffffff", 0.35)


def almond(colour: str = "#c08a52") -> str:
    """An almond."""
    body = "M0 -46C30 -16 36 22 0 42C-36 22 -30 -16 0 -46Z"
    return path(body, colour) + line("M-6 -20Q-14 6 -6 26M6 -24Q14 4 8 28", tone(colour, -0.28), 3)


def cocoa(colour: str = "#8a4b2c") -> str:
    """A cocoa pod."""
    body = "M0 -58C40 -36 42 30 0 60C-42 30 -40 -36 0 -58Z"
    ribs = line("M0 -50L0 52M-12 -44Q-26 0 -12 46M12 -44Q26 0 12 46", tone(colour, -0.3), 4)
    return path(body, colour) + ribs


def grapes(colour: str = "#6b2f4c") -> str:
    """A bunch of grapes."""
    rows = ((-36, -12), (-12, -18), (12, -18), (36, -12), (-24, 8), (0, 4), (24, 8), (-12, 28), (12, 28), (0, 48))
    berries = "".join(oval(x, y, 15, 15, tone(colour, 0.08 * (i % 3))) for i, (x, y) in enumerate(rows))
    return line("M0 -24L4 -58", "#7a6440", 6) + at(4, -40, leaf("#7f9460", 60), turn=-18) + berries


def fish(colour: str = "#6f8fa3") -> str:
    """A small silver-blue fish."""
    body = "M-74 0C-40 -30 22 -30 52 -4L80 -24Q72 0 80 24L52 4C22 30 -40 30 -74 0Z"
    return (
        path(body, colour)
        + path("M-74 0C-40 30 22 30 52 4Q0 10 -74 0Z", tone(colour, 0.55))
        + oval(-48, -6, 5, 5, "#2b2a28")
    )


def lavender(colour: str = "#8a78ae") -> str:
    """A stalk of lavender."""
    buds = "".join(oval(side * 10, -56 + step * 16, 9, 10, colour) for step in range(5) for side in (-1, 1))
    return line("M0 64L0 -50", "#7f9460", 4) + buds + oval(0, -68, 7, 10, colour)


def rosemary(colour: str = "#66835c") -> str:
    """A sprig of rosemary."""
    needles = ""
    for step in range(7):
        needle = line("M0 0Q12 -6 22 -22", colour, 6)
        needles += at(0, 40 - step * 15, needle) + at(0, 40 - step * 15, needle, flip=True)
    return line("M0 62L0 -58", tone(colour, -0.3), 4) + needles


def fig_flower(colour: str = "#d98a7a") -> str:
    """A round flower with six petals."""
    petals = "".join(at(0, 0, oval(0, -30, 16, 24, colour), turn=60 * step) for step in range(6))
    return petals + oval(0, 0, 15, 15, "#f3cf6b")


def bee(colour: str = "#e2a92f") -> str:
    """A bee, for honey."""
    wings = oval(-16, -30, 16, 28, "#fdfaf0", 0.9) + oval(18, -30, 16, 28, "#fdfaf0", 0.9)
    stripes = box(-18, -20, 11, 42, "#3a2a1c", r=5) + box(4, -20, 11, 42, "#3a2a1c", r=5)
    return wings + oval(0, 0, 44, 27, colour) + stripes + oval(-36, -2, 12, 14, "#3a2a1c")


def apricot(colour: str = "#eda04a") -> str:
    """An apricot."""
    return (
        oval(0, 6, 46, 44, colour)
        + line("M2 -36Q-16 0 4 46", tone(colour, -0.22), 4)
        + at(4, -36, leaf(), turn=-24, scale=0.7)
    )


def artichoke(colour: str = "#7f9a62") -> str:
    """An artichoke head."""
    scale_leaf = "M0 -30C20 -14 20 14 0 26C-20 14 -20 -14 0 -30Z"
    rows = ((0, -38), (-22, -22), (22, -22), (0, -12), (-36, 4), (36, 4), (-18, 12), (18, 12), (0, 26))
    leaves = "".join(at(x, y, path(scale_leaf, tone(colour, -0.3 + 0.07 * (i % 4)))) for i, (x, y) in enumerate(rows))
    return line("M0 40L0 72", tone(colour, -0.2), 14) + oval(0, 6, 44, 44, colour) + leaves


def sun(colour: str = "#e6b344") -> str:
    """A sun with rays."""
    rays = "".join(at(0, 0, box(-5, -58, 10, 20, colour, r=5), turn=30 * step) for step in range(12))
    return oval(0, 0, 29, 29, colour) + rays


def crown(colour: str = "#b3863b") -> str:
    """Rings like a seal, for labels without a fruit."""
    dots = "".join(oval(x, y, 5, 5, colour) for x, y, _ in spiral(7, 26, 26))
    return ring(0, 0, 50, 50, colour, 6) + ring(0, 0, 38, 38, colour, 3) + dots
