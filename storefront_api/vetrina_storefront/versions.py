"""The dated versions of the public API this shop speaks, and which one answers who asks for another."""

import re

VERSIONS = ("2026-04",)
"""Oldest first. Each has its schema in storefront_api/versions; the newest is what `/graphql` speaks."""
UNSTABLE = "unstable"
"""What comes next: the newest with whatever was added since. Nothing is promised of it."""

_QUARTER = re.compile(r"20\d\d-(01|04|07|10)")


def served_for(asked: str) -> str | None:
    """The version that answers: the one asked for, else the oldest that is newer, else the newest.

    None for what is no version.
    """
    if asked in VERSIONS or asked == UNSTABLE:
        return asked
    if not _QUARTER.fullmatch(asked):
        return None
    return next((version for version in VERSIONS if version > asked), VERSIONS[-1])
