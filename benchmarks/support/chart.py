"""The chart of a run: what one request costs by question and contestant, one panel per engine, as SVG."""

import math
from collections.abc import Iterator
from html import escape

from benchmarks.support.report import Report
from benchmarks.support.table import CONTESTANTS, UNITS

WIDTH, LEFT, BAR, GAP, HEAD = 860, 210, 15, 14, 64
ENGINES = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}
QUESTIONS = {"list": "list page", "product": "product page", "cart": "add to cart", "search": "search page"}
STYLE = """
text { font: 12px system-ui, sans-serif; fill: #1f2933 }
.title { font-size: 15px; font-weight: 600 }
.quiet { fill: #616e7c }
line { stroke: #cbd2d9 }
.floor { fill: #9fb3c8 } .graphql { fill: #0967d2 } .ceiling { fill: #f0b429 }
@media (prefers-color-scheme: dark) {
  text { fill: #e4e7eb } .quiet { fill: #9aa5b1 } line { stroke: #3e4c59 }
  .floor { fill: #627d98 } .graphql { fill: #47a3f3 } .ceiling { fill: #de911d }
}"""
KINDS = {"graphql": "graphql", "kept": "graphql", "stock": "ceiling", "orm": "ceiling"}


def chart(report: Report) -> str:
    """Bars on a logarithmic scale; colours follow the reader's light or dark setting."""
    costs = [cost for cost in report.costs if cost[2] in CONTESTANTS]
    least = 10 ** math.floor(math.log10(min((value for *_, value in costs), default=1.0)))
    most = max((value for *_, value in costs), default=10.0)
    scale = (WIDTH - LEFT - 80) / math.log10(most / least)
    parts, top = list[str](), HEAD
    for engine in ENGINES:
        panel = [cost for cost in costs if cost[1] == engine]
        if panel:
            parts.append(f'<text class="title" x="16" y="{top}">{ENGINES[engine]}</text>')
            top += 14
            for drawn, height in _questions(panel, top, least, scale):
                parts.append(drawn)
                top = height
            top += GAP * 2
    grid = _grid(least, most, scale, top)
    title = f"One request in {UNITS[report.unit]}, logarithmic: shorter is better"
    return "\n".join([
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {top}" role="img" aria-label="{escape(title)}">',
        f"<style>{STYLE}</style>",
        f'<text class="title" x="16" y="26">{escape(title)}</text>',
        *grid,
        *parts,
        "</svg>",
        "",
    ])  # fmt: skip


def _questions(
    panel: list[tuple[str, str, str, float]], top: int, least: float, scale: float
) -> Iterator[tuple[str, int]]:
    """Each bar, and where the next one begins."""
    for question, shown in QUESTIONS.items():
        known = {contestant: value for asked, _, contestant, value in panel if asked == question}
        for index, (contestant, label) in enumerate(
            (name, label) for name, label in CONTESTANTS.items() if name in known
        ):
            value = known[contestant]
            width = max(2.0, math.log10(value / least) * scale)
            caption = f'<text x="16" y="{top + 12}">{shown}</text>' if index == 0 else ""
            yield (
                f'{caption}<text class="quiet" x="{LEFT - 8}" y="{top + 12}" text-anchor="end">{label}</text>'
                f'<rect class="{KINDS.get(contestant, "floor")}" x="{LEFT}" y="{top}" width="{width:.1f}" '
                f'height="{BAR - 3}" rx="2"/>'
                f'<text x="{LEFT + width + 6:.1f}" y="{top + 11}">{value:,.0f}</text>',
                top + BAR,
            )
            top += BAR
        if known:
            top += GAP
            yield "", top


def _grid(least: float, most: float, scale: float, bottom: int) -> list[str]:
    lines: list[str] = []
    for power in range(round(math.log10(least)), math.ceil(math.log10(most)) + 1):
        x = LEFT + (power - math.log10(least)) * scale
        if x < WIDTH - 40:
            lines.append(f'<line x1="{x:.1f}" x2="{x:.1f}" y1="{HEAD - 12}" y2="{bottom - 20}"/>')
            lines.append(
                f'<text class="quiet" x="{x:.1f}" y="{HEAD - 18}" text-anchor="middle">{10**power:,.0f}</text>'
            )
    return lines
