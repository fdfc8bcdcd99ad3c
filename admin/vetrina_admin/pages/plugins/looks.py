"""How plugins look: the tone of a state, what is wrong in a sentence, durations and sizes."""

from collections.abc import Mapping
from datetime import timedelta

from babel.dates import format_timedelta

from vetrina.plugin.admin import Tone
from vetrina.plugin.desk import PluginCard
from vetrina_admin.pages.visits import Visit
from vetrina_admin.pages.written import locale_of, number_text

STATES: Mapping[str, Tone] = {
    "on": "good",
    "left_out": "bad",
    "changed": "warning",
    "restart": "warning",
    "off": "neutral",
    "available": "neutral",
    "removed": "bad",
}
"""Every state of a plugin, in the order in which they are offered."""

KINDS_SAID = ("port", "reaction", "job", "field", "page", "panel", "tile", "check", "kpi", "route")
"""Kinds of a plugin's work that have a word."""
TRACES = ("settings", "cursors", "failures", "marks", "jobs", "measurements", "metafields", "places")
"""Kinds of rows of the core's own tables that speak of a plugin."""


def has_trouble(card: PluginCard) -> bool:
    """Whether somebody should look at it."""
    return badness(card) > 0


def badness(card: PluginCard) -> int:
    """How urgent it is to look: 3 it is not what it should be, 2 it holds others up or loses something, 1 it errs."""
    if card.state in ("left_out", "changed", "removed"):
        return 3
    kinds = {problem.kind for problem in card.problems}
    if kinds & {"breaker"}:
        return 3
    if kinds & {"blocks", "leaks", "deliveries"}:
        return 2
    return 1 if kinds or card.state == "restart" else 0


def tone_of(card: PluginCard) -> Tone:
    """Of its badge: a plugin that is on and in trouble is no longer green."""
    level = badness(card)
    if card.state == "on" and level:
        return "bad" if level == 3 else "warning"
    return STATES[card.state]


def troubles(visit: Visit, card: PluginCard) -> list[str]:
    """What is wrong, a sentence each, the worst first."""
    order = ("breaker", "blocks", "leaks", "deliveries", "failures")
    found = sorted(card.problems, key=lambda problem: order.index(problem.kind))
    return [
        visit.say(
            f"plugins.trouble_{problem.kind}",
            count=problem.count,
            work=_work(visit, problem.work),
            detail=problem.detail,
        ).strip()
        for problem in found
    ]


def _work(visit: Visit, work: str) -> str:
    """A piece of work with its kind in words: Card product.side Reviews."""
    kind, _, name = work.partition(" ")
    return f"{visit.say(f'plugins.kind_{kind}')} {name}" if kind in KINDS_SAID else work


def duration(seconds: float, language: str) -> str:
    """Seconds as people compare them: 0.4 ms, 12 ms, 1.3 s."""
    if seconds >= 120:
        return span(timedelta(seconds=seconds), language)
    if seconds >= 1:
        return f"{number_text(round(seconds, 1), language)} s"
    milliseconds = seconds * 1000
    return f"{number_text(round(milliseconds, 1 if milliseconds < 10 else None), language)} ms"


def size(count: int | None, language: str) -> str:
    """Bytes as people compare them: 340 B, 12 kB, 3.4 MB."""
    if count is None:
        return ""
    amount, unit = float(count), "B"
    for larger in ("kB", "MB", "GB", "TB"):
        if amount < 1000:
            break
        amount, unit = amount / 1000, larger
    return f"{number_text(round(amount, 1 if amount < 10 and unit != 'B' else None), language)} {unit}"


def span(every: timedelta, language: str) -> str:
    """How often: 5 minutes, 1 day."""
    return format_timedelta(every, locale=locale_of(language), threshold=2)
