"""One reaction per event: each has a cursor of its own, so that no kind of event waits for another."""

from typing import Any

from vetrina.events import Event
from vetrina.plugin import Context, React
from vetrina_webhooks.events import CLASSES
from vetrina_webhooks.flows.writing import fan_out


def reactions() -> list[React[Any]]:
    """All events there are."""
    return [_reaction(kind) for kind in CLASSES]


def _reaction(kind: type[Event]) -> React[Any]:
    async def hear(ctx: Context, event: Event) -> None:
        await fan_out(ctx, event)

    # A subscriber is known by its function's name, and its cursor with it.
    hear.__name__ = f"hear_{kind.__name__}"
    return React(kind, hear)
