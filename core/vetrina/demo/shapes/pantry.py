"""Pantry: pasta shapes, grains and pulses, loose or in small heaps."""

import math

from vetrina.demo.shapes.ink import at, box, line, oval, path, shadow, spiral, tone


def spaghetti(colour: str = "#e9bf62", band: str = "#b5472f") -> str:
    """A standing bundle of spaghetti held by a paper band, 560 tall."""
    rods = ""
    for index in range(23):
        lean = (index - 11) * 6
        rods += line(
            f"M{lean * 1.15:.0f} {-560 + abs(index - 11) * 5 + (index * 7) % 11}"
            f"L{lean * 0.62:.0f} -270L{lean * 1.05:.0f} -6",
            tone(colour, -0.1 if index % 3 else 0.16),
            10,
        )
    return (
        shadow(130)
        + rods
        + box(-64, -310, 128, 84, band, r=8)
        + box(26, -310, 38, 84, tone(band, -0.6), r=8, opacity=0.15)
    )


def paccheri(colour: str = "#e8bd63") -> str:
    """One wide tube standing up, about 110 tall, around the origin."""
    side = path("M-44 -46L-44 46A44 16 0 0 0 44 46L44 -46Z", colour)
    shade = path("M14 -34L14 60Q38 56 44 46L44 -46Z", tone(colour, -0.5), opacity=0.14)
    return side + shade + oval(0, -46, 44, 16, tone(colour, 0.2)) + oval(0, -46, 34, 11, tone(colour, -0.36))


def orecchietta(colour: str = "#ecd49a") -> str:
    """One little ear with its rough hollow."""
    rough = "".join(oval(x, y - 4, 5, 3, tone(colour, -0.2)) for x, y, _ in spiral(7, 24, 16))
    return (
        oval(0, 0, 50, 40, colour)
        + oval(0, -5, 37, 26, tone(colour, -0.12))
        + rough
        + line("M-42 10Q-22 34 16 34", tone(colour, 0.4), 6)
    )


def nest(colour: str = "#efbf4e", width: float = 13) -> str:
    """A nest of egg ribbons, about 230 wide, around the origin."""
    turns = oval(0, 16, 118, 74, tone(colour, -0.22))
    for index in range(9):
        rx, ry = 108 - index * 10, 66 - index * 6.4
        tilt = (index * 41) % 50 - 25
        loop = f"M{-rx:.0f} 0A{rx:.0f} {ry:.0f} 0 1 1 {rx:.0f} 0A{rx:.0f} {ry:.0f} 0 1 1 {-rx:.0f} 0Z"
        turns += at(
            (index * 5) % 9 - 4, -index * 2.2, line(loop, tone(colour, 0.16 if index % 2 else -0.07), width), turn=tilt
        )
    return turns


def heap(
    colour: str,
    *,
    rx: float = 190,
    tall: float = 120,
    count: int = 150,
    seed: tuple[float, float] = (9, 5),
    vary: float = 0.2,
) -> str:
    """A heap of grains; seed is the half length and half width of one grain."""
    mound = (
        f"M{-rx} 0Q{-rx * 0.55:.0f} {-tall * 0.55:.0f} {-rx * 0.22:.0f} {-tall * 0.9:.0f}"
        f"Q0 {-tall * 1.1:.0f} {rx * 0.22:.0f} {-tall * 0.9:.0f}"
        f"Q{rx * 0.55:.0f} {-tall * 0.55:.0f} {rx} 0Q0 {tall * 0.28:.0f} {-rx} 0Z"
    )
    grains = ""
    for index in range(count):
        share = ((index * 0.618) % 1) * 2 - 1
        roof = tall * (0.94 - abs(share) ** 0.85 * 0.9)
        y = -roof * ((index * 0.377) % 1) + 8 * (1 - abs(share))
        shade_ = tone(colour, vary * math.sin(index * 1.7))
        grains += at(share * rx * 0.94, y, oval(0, 0, seed[0], seed[1], shade_), turn=(index * 47) % 180)
    return shadow(rx * 1.15) + path(mound, tone(colour, -0.12)) + grains


def flour_heap(colour: str = "#fbf4e4", rx: float = 190, tall: float = 110) -> str:
    """A soft heap of flour or meal."""
    mound = (
        f"M{-rx} 0Q{-rx * 0.5:.0f} {-tall * 0.5:.0f} {-rx * 0.2:.0f} {-tall * 0.92:.0f}"
        f"Q0 {-tall * 1.14:.0f} {rx * 0.24:.0f} {-tall * 0.86:.0f}"
        f"Q{rx * 0.55:.0f} {-tall * 0.5:.0f} {rx} 0Q0 {tall * 0.26:.0f} {-rx} 0Z"
    )
    dark = (
        f"M{rx * 0.1:.0f} {-tall}Q{rx * 0.24:.0f} {-tall * 0.94:.0f} {rx * 0.3:.0f} {-tall * 0.8:.0f}"
        f"Q{rx * 0.58:.0f} {-tall * 0.5:.0f} {rx} 0"
        f"Q{rx * 0.6:.0f} 16 {rx * 0.3:.0f} 14Q{rx * 0.5:.0f} {-tall * 0.5:.0f} {rx * 0.1:.0f} {-tall}Z"
    )
    dust = "".join(oval(x, 10 + y, 4, 2.6, colour) for x, y, _ in spiral(26, rx * 1.3, 26))
    return shadow(rx * 1.15) + path(mound, colour) + path(dark, tone(colour, -0.5), opacity=0.12) + dust


def strewn(piece: str, count: int, rx: float, ry: float, scale: float = 1) -> str:
    """Copies of a piece strewn in an ellipse, each turned differently."""
    return "".join(at(x, y, piece, scale=scale, turn=turn) for x, y, turn in spiral(count, rx, ry))


def scoop(wood: str = "#c08f5a") -> str:
    """A wooden scoop lying on its side, about 300 long, its bowl to the left."""
    handle = box(30, -28, 190, 30, tone(wood, -0.1), r=15)
    bowl = path("M-120 -62L60 -62Q78 -14 40 12Q-20 26 -84 6Q-122 -16 -120 -62Z", wood)
    return handle + bowl + path("M-120 -62Q-30 -30 60 -62Q-30 -84 -120 -62Z", tone(wood, -0.32))
