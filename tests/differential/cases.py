"""A case: a document and how it is run."""

from typing import Any

import msgspec


class Run(msgspec.Struct, frozen=True):
    """One execution: its variables and the seed of the world it is answered from."""

    variables: dict[str, Any]
    seed: int


class Case(msgspec.Struct, frozen=True):
    """A document and how it is run, the first time and again; what it holds of the language and of the schema."""

    text: str
    name: str | None
    runs: tuple[Run, ...]
    is_together: bool = False
    """Whether the runs are made at the same time: then they share a world."""
    features: frozenset[str] = frozenset()
    types: frozenset[str] = frozenset()
    fields: frozenset[str] = frozenset()
