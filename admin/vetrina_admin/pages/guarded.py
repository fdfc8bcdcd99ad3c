"""A plugin's part of a page, kept apart: what raises, hangs, blocks or answers nonsense costs its own card alone."""

import traceback
from collections.abc import Awaitable, Callable
from typing import TypeVar

import msgspec
import structlog
from markupsafe import Markup

from vetrina.kernel.errors import Refusal
from vetrina.kernel.meters import KeptOut, Work
from vetrina_admin.pages.answers import render
from vetrina_admin.pages.visits import Visit

log = structlog.get_logger(__name__)

T = TypeVar("T")
R = TypeVar("R")

PAGE, ACTION, PANEL, TILE = 5.0, 15.0, 2.0, 2.0
"""Seconds a plugin has for each."""


class Failed(msgspec.Struct, frozen=True):
    """A plugin did not do its part. The log has why, under the visit's trail."""

    work: Work
    is_kept_out: bool


async def asked(
    visit: Visit, work: Work, ask: Callable[[], Awaitable[T]], deadline: float, use: Callable[[T], R]
) -> R | Failed:
    """What `use` makes of a plugin's answer, given within `deadline` seconds, behind its breaker.

    `use` is our own work and its time is not the plugin's; but where it raises, the answer was wrong, and the plugin's
    failure. Raises the plugin's Refusal.
    """
    meters = visit.ctx.ports.meters
    try:
        answer = await meters.run(work, ask, deadline)
    except Refusal:
        raise
    except KeptOut:
        return Failed(work, is_kept_out=True)
    except Exception as error:  # whatever a plugin raises, the page goes on
        return _failed(visit, work, error)
    try:
        return use(answer)
    except Exception as error:  # what cannot be shown is the plugin's failure too
        meters.fail(meters.of(work), error)
        return _failed(visit, work, error)


def title_of(visit: Visit, owner: str) -> str:
    """What a plugin is called, in the reader's language."""
    plugin = visit.site.collected.find(owner)
    return plugin.manifest.said("title", visit.language) if plugin is not None else owner


def deed_of(visit: Visit, code: str) -> str:
    """What a deed of a plugin's flow is called, in the reader's language; empty where no plugin that is in names it."""
    for plugin in visit.site.collected.loaded:
        if code in plugin.manifest.deeds:
            return plugin.manifest.said(code, visit.language)
    return ""


def apology(visit: Visit, failed: Failed) -> Markup:
    """The short notice that stands where the plugin's part would be: who failed, and under which trail."""
    return Markup(render(visit, "blocks/failed.html", failed=failed, plugin=title_of(visit, failed.work.owner)).content)


def _failed(visit: Visit, work: Work, error: BaseException) -> Failed:
    log.warning("plugin failed", trail=visit.ctx.trail, **_named(work), error=repr(error), at=_place(error))
    return Failed(work, is_kept_out=False)


def _place(error: BaseException) -> str:
    """The line that raised it: what an author looks for. Values stay out of the log."""
    frames = traceback.extract_tb(error.__traceback__)
    return f"{frames[-1].filename}:{frames[-1].lineno}" if frames else ""


def _named(work: Work) -> dict[str, str]:
    return {"plugin": work.owner, "kind": work.kind, "name": work.name}
