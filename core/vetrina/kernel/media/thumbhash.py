"""ThumbHash: a picture in some 25 bytes, its averages and slowest waves; the published algorithm of Evan Wallace."""

import base64
import math
from collections.abc import Sequence

LARGEST_SIDE = 48
"""Pixels of what is looked at; the waves kept have seven periods at most, so more shows nothing more."""

Pixels = Sequence[tuple[int, int, int, int]]
Channel = tuple[float, list[float], float]
"""The average, the waves and the largest of them."""


def thumbhash(width: int, height: int, pixels: Pixels) -> str:
    """The hash of RGBA pixels, row by row, in base64. Raises ValueError for a side above 100 pixels."""
    if width > 100 or height > 100:
        raise ValueError(f"a picture of {width} by {height} pixels is too large to be hashed")
    has_alpha, planes = _planes(pixels)
    limit, longest = (5 if has_alpha else 7), max(width, height)
    across = max(1, _rounded(limit * width / longest))
    down = max(1, _rounded(limit * height / longest))
    light = _encoded(planes[0], width, height, max(3, across), max(3, down))
    warm, green = (_encoded(plane, width, height, 3, 3) for plane in planes[1:3])
    is_wide = width > height
    head = (
        _rounded(63 * light[0])
        | _rounded(31.5 + 31.5 * warm[0]) << 6
        | _rounded(31.5 + 31.5 * green[0]) << 12
        | _rounded(31 * light[2]) << 18
        | has_alpha << 23
    )
    tail = (down if is_wide else across) | _rounded(63 * warm[2]) << 3 | _rounded(63 * green[2]) << 9 | is_wide << 15
    hashed = bytearray(head.to_bytes(3, "little") + tail.to_bytes(2, "little"))
    waves = [light, warm, green]
    if has_alpha:
        alpha = _encoded(planes[3], width, height, 5, 5)
        hashed.append(_rounded(15 * alpha[0]) | _rounded(15 * alpha[2]) << 4)
        waves.append(alpha)
    nibbles = [_rounded(15 * wave) for channel in waves for wave in channel[1]]
    nibbles += [0] * (len(nibbles) % 2)
    hashed += bytes(low | high << 4 for low, high in zip(nibbles[::2], nibbles[1::2], strict=True))
    return base64.b64encode(bytes(hashed)).decode()


def _planes(pixels: Pixels) -> tuple[bool, list[list[float]]]:
    """Light, yellow against blue, red against green, and alpha; what shows through takes the average colour."""
    total = sum(pixel[3] for pixel in pixels)
    means = [sum(pixel[c] * pixel[3] for pixel in pixels) / (255 * total) if total else 0.0 for c in range(3)]
    planes: list[list[float]] = [[], [], [], []]
    for red, green, blue, opacity in pixels:
        alpha = opacity / 255
        r, g, b = (
            mean * (1 - alpha) + alpha / 255 * part for mean, part in zip(means, (red, green, blue), strict=True)
        )
        planes[0].append((r + g + b) / 3)
        planes[1].append((r + g) / 2 - b)
        planes[2].append(r - g)
        planes[3].append(alpha)
    return total < 255 * len(pixels), planes


def _encoded(plane: Sequence[float], width: int, height: int, across: int, down: int) -> Channel:
    """The cosine waves of a plane that fit under the diagonal, between 0 and 1 around a half."""
    columns = [[math.cos(math.pi / width * cx * (x + 0.5)) for x in range(width)] for cx in range(across)]
    rows = [[math.cos(math.pi / height * cy * (y + 0.5)) for y in range(height)] for cy in range(down)]
    lines = [plane[start : start + width] for start in range(0, width * height, width)]
    average, largest, waves = 0.0, 0.0, list[float]()
    for cy, row in enumerate(rows):
        # A wave is one across times one down: summed over a line first, each pixel is met once per column wave.
        for cx in range(across):
            if cx * down >= across * (down - cy):
                break
            column = columns[cx]
            strength = sum(
                weight * sum(map(float.__mul__, line, column)) for line, weight in zip(lines, row, strict=True)
            ) / (width * height)
            if cx or cy:
                waves.append(strength)
                largest = max(largest, abs(strength))
            else:
                average = strength
    if largest:
        waves = [0.5 + 0.5 / largest * wave for wave in waves]
    return average, waves, largest


def _rounded(number: float) -> int:
    """Halves go up, as in the other implementations."""
    return math.floor(number + 0.5)
