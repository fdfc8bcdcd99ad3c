"""A plugin for tests: its hook does not exist."""

from typing import Any

from vetrina.plugin import hookimpl


@hookimpl
def register_reaction() -> list[Any]:
    return []
