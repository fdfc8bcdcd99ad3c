"""What the desk says no with."""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from vetrina.kernel.errors import Refusal
from vetrina.plugin.words import Say, Words


class PluginRefused(Refusal):
    """The plugin would not work, or others would not without it; the reason is a sentence with what would help."""

    code = "PLUGIN_REFUSED"
    text = "{reason}"

    def __init__(self, *, reason: Say, field: tuple[str, ...] | None = None) -> None:
        super().__init__(field=field, reason=reason)


def not_loaded(problem: str) -> Say:
    """Why a plugin is not loaded, for PluginRefused: what loading says of it is for those who write plugins."""
    return Say(en=problem, it=f"Il plugin non si può caricare: {problem}")


class SettingsProblem(msgspec.Struct, frozen=True):
    """What is wrong with one field of a plugin's settings; no path is all of them together."""

    field: tuple[str, ...]
    code: str
    """Pydantic's word for it, such as missing, or the code of the Refusal that `check` raised."""
    message: Words
    facts: Mapping[str, Any] = {}
    """What the message speaks of, such as a limit; `error` is the exception that a validator raised."""


class SettingsRefused(Refusal):
    """Settings that are not kept: every problem at once, the first also as this refusal's own field and message."""

    code = "SETTINGS_REFUSED"
    text = "{problem}"

    def __init__(self, problems: Sequence[SettingsProblem]) -> None:
        self.problems = tuple(problems)
        first = self.problems[0]
        super().__init__(field=first.field or None, problem=first.message)
