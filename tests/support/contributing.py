"""What our own plugins add to the schemas is made once per process and settings: equal parts, equal schemas."""

from pathlib import Path
from typing import Any

import pytest

from vetrina.plugin import loader
from vetrina.plugin.collected import Loaded

OURS = Path(__file__).parents[2] / "plugins"
_call = loader.call_hook
_made: dict[str, list[tuple[Any, Any]]] = {}


def keep_contributions(patch: pytest.MonkeyPatch) -> None:
    """A mutation that a plugin writes by its settings is another class each time, and would be another schema."""
    patch.setattr(loader, "call_hook", _asked)


def _asked(plugin: Loaded, hook: str, **given: Any) -> Any:
    if hook != "register_graphql" or not (plugin.module.__file__ or "").startswith(str(OURS)):
        return _call(plugin, hook, **given)
    known = _made.setdefault(plugin.name, [])
    for settings, made in known:
        if settings == plugin.settings:
            return made
    made = _call(plugin, hook, **given)
    known.append((plugin.settings, made))
    return made
