"""Stacks as a flame graph: SVG that shows a frame's name and share when pointed at."""

import zlib
from collections import Counter
from html import escape

import msgspec

Stack = tuple[tuple[str, str, int], ...]
"""Function, file and line of every frame, the outermost first."""

WIDTH, ROW, HEAD, LEAST = 1_400, 18, 40, 0.6
"""Pixels; narrower frames are left out."""
LETTER = 6.6
STYLE = """
text { font: 11px ui-monospace, monospace; fill: #1f2933; pointer-events: none }
.title { font: 600 15px system-ui, sans-serif }
rect { stroke: #ffffff; stroke-width: .5 }
rect:hover { stroke: #1f2933; stroke-width: 1.5 }
@media (prefers-color-scheme: dark) { .title { fill: #e4e7eb } rect { stroke: #1f2933 } rect:hover { stroke: #fff } }
"""


class Frame(msgspec.Struct):
    """A function at one place of the graph, with what it called."""

    count: int = 0
    below: dict[str, "Frame"] = {}


def flame(stacks: Counter[Stack], title: str) -> str:
    """The graph; width is time, callees stand below their callers, colours tell files apart."""
    root = Frame()
    for stack, count in stacks.items():
        node = root
        node.count += count
        for function, path, _ in stack:
            node = node.below.setdefault(f"{function}\0{path}", Frame())
            node.count += count
    depth = max((len(stack) for stack in stacks), default=0)
    height = HEAD + (depth + 1) * ROW
    drawn: list[str] = []
    _draw(drawn, root, 0.0, 0, WIDTH / (root.count or 1), root.count or 1)
    return "\n".join([
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img">',
        f"<style>{STYLE}</style>",
        f'<text class="title" x="8" y="24">{escape(title)}</text>',
        *drawn,
        "</svg>",
        "",
    ])  # fmt: skip


def _draw(drawn: list[str], node: Frame, left: float, level: int, scale: float, total: int) -> None:
    for name, child in sorted(node.below.items()):
        width = child.count * scale
        if width >= LEAST:
            drawn.append(_box(name, left, level, width, child.count / total))
            _draw(drawn, child, left, level + 1, scale, total)
        left += width


def _box(name: str, left: float, level: int, width: float, share: float) -> str:
    function, _, path = name.partition("\0")
    top = HEAD + level * ROW
    shown = function.rpartition(".<locals>.")[2][: int((width - 6) / LETTER)] if width > 30 else ""
    label = f'<text x="{left + 3:.1f}" y="{top + 13}">{escape(shown)}</text>' if shown else ""
    return (
        f'<rect x="{left:.1f}" y="{top}" width="{width:.1f}" height="{ROW - 1}" fill="{_colour(path)}">'
        f"<title>{escape(function)} {share:.1%} ({escape(path)})</title></rect>{label}"
    )


def _colour(path: str) -> str:
    """One hue per folder of packages, one shade per file; dark text is readable on all of them."""
    hue = 210 if "site-packages" in path else 140 if "storefront" in path else 35 if "vetrina" in path else 280
    return f"hsl({hue} 60% {68 + zlib.crc32(path.encode()) % 16}%)"
