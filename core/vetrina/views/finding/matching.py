"""Which rows of a list are meant: what searches and filters become. A condition is its shape; values are parameters."""

from collections.abc import Callable, Hashable, Iterable
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import ColumnElement, and_, false, not_, or_, true

SHAPES = 64
"""How many statements of one kind are kept: what people type has few shapes, and one may take half a megabyte."""


class Condition(NamedTuple):
    """A condition as the function that writes its SQL, and what that is called with: names of parameters, no values.

    Equal conditions are equal SQL, so a statement is built once for all who ask in the same shape.
    """

    write: Callable[..., ColumnElement[bool]]
    given: tuple[Hashable, ...] = ()

    @property
    def sql(self) -> ColumnElement[bool]:
        return self.write(*self.given)


class Matching(msgspec.Struct, frozen=True):
    """Conditions over the listed table, and values for the parameters they name."""

    conditions: tuple[Condition, ...] = ()
    params: dict[str, Any] = {}

    def __and__(self, other: "Matching") -> "Matching":
        return Matching(self.conditions + other.conditions, self.params | other.params)


EVERYTHING = Matching()


class Values:
    """Names for the values of one matching, in the order they are met."""

    def __init__(self, prefix: str) -> None:
        self.params: dict[str, Any] = {}
        self._prefix = prefix

    def name(self, value: Any) -> str:
        """The parameter that says this value."""
        name = f"{self._prefix}{len(self.params)}"
        self.params[name] = value
        return name


def sql_of(conditions: Iterable[Condition]) -> list[ColumnElement[bool]]:
    """The conditions as SQL."""
    return [condition.sql for condition in conditions]


def every(conditions: Iterable[Condition]) -> Condition:
    """All of them; of none, everything."""
    return Condition(_every, tuple(conditions))


def either(conditions: Iterable[Condition]) -> Condition:
    """At least one of them; of none, nothing."""
    return Condition(_either, tuple(conditions))


def opposite(condition: Condition) -> Condition:
    """Everything else."""
    return Condition(_opposite, (condition,))


def _every(*conditions: Condition) -> ColumnElement[bool]:
    return and_(true(), *sql_of(conditions))


def _either(*conditions: Condition) -> ColumnElement[bool]:
    return or_(false(), *sql_of(conditions))


def _opposite(condition: Condition) -> ColumnElement[bool]:
    return not_(condition.sql)


NOTHING = either(())
