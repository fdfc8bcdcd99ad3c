"""Grades, what a check is, and what comes of it."""

from collections.abc import Awaitable, Callable
from enum import IntEnum
from typing import Literal

import msgspec

from vetrina.testing.doctor.patient import Patient


class Grade(IntEnum):
    """What a plugin may be trusted with: to be listed, to touch money or customers, to ship with Vetrina."""

    NONE = 0
    BRONZE = 1
    SILVER = 2
    GOLD = 3

    @property
    def word(self) -> str:
        return self.name.lower()


class Outcome(msgspec.Struct, frozen=True):
    """What a check came to, why, and what would help where it failed."""

    state: Literal["passed", "failed", "not applicable"]
    reason: str = ""
    way_out: str = ""


class Check(msgspec.Struct, frozen=True):
    """One thing that is looked at: `sentence` says what holds when it passes."""

    grade: Grade
    name: str
    sentence: str
    run: Callable[[Patient], Awaitable[Outcome]]


class Finding(msgspec.Struct, frozen=True):
    """A check and what it came to."""

    check: Check
    outcome: Outcome


class Report(msgspec.Struct, frozen=True):
    """All findings about one plugin."""

    plugin: str
    findings: tuple[Finding, ...]

    @property
    def grade(self) -> Grade:
        """The highest grade of which, and below which, nothing failed."""
        lowest = min((finding.check.grade for finding in self.failed), default=Grade.GOLD + 1)
        return Grade(lowest - 1)

    @property
    def failed(self) -> list[Finding]:
        return [finding for finding in self.findings if finding.outcome.state == "failed"]


def passed(reason: str = "") -> Outcome:
    return Outcome("passed", reason)


def failed(reason: str, way_out: str) -> Outcome:
    return Outcome("failed", reason, way_out)


def spared(reason: str) -> Outcome:
    """There was nothing to look at."""
    return Outcome("not applicable", reason)
