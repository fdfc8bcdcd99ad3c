"""A plugin for tests: hears every event of the core and writes it down, in a file that outlives the process."""

import os
from pathlib import Path
from typing import Any

from vetrina import events
from vetrina.plugin import Context, React, hookimpl

KINDS = tuple(kind for name in events.__all__ if name != "Event" for kind in (getattr(events, name),))


def _hearing(kind: type[Any]) -> React[Any]:
    async def hear(ctx: Context, event: Any) -> None:
        assert ctx.delivery is not None
        _write(f"{ctx.delivery.event_id} {kind.__name__} {event.subject}\n")

    hear.__name__ = f"hear_{kind.__name__}"
    return React(kind, hear)


def _write(line: str) -> None:
    with Path(os.environ["HEARD"]).open("a") as heard:
        heard.write(line)


@hookimpl
def register_reactions() -> list[React[Any]]:
    return [_hearing(kind) for kind in KINDS]
