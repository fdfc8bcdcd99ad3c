"""Failures: a slot stands where a value failed, until the answer is whole and its path is known."""

from collections.abc import Sequence
from typing import Any, cast

import msgspec
from graphql import FieldNode, GraphQLError, GraphQLField, GraphQLObjectType, located_error

Path = list[str | int]


class FieldUse(msgspec.Struct, frozen=True):
    """A field at the place where a document selects it, on one concrete type."""

    parent: GraphQLObjectType
    definition: GraphQLField
    nodes: Sequence[FieldNode]

    @property
    def name(self) -> str:
        return self.nodes[0].name.value

    @property
    def type(self) -> Any:
        """The field's type, wrappers and all."""
        return cast(Any, self.definition).type

    def missing(self) -> TypeError:
        """What is wrong with a null here, where the type allows none."""
        return TypeError(f"Cannot return null for non-nullable field {self.parent}.{self.name}.")


class Slot:
    """The place of a value that failed."""

    __slots__ = ("error", "use")

    def __init__(self, error: Exception, use: FieldUse) -> None:
        self.error = error
        self.use = use


class Nesting(msgspec.Struct, frozen=True):
    """What is known of a value's type when failures are settled: may it be null, is it a list, is it an object."""

    is_required: bool
    is_object: bool = False
    item: "Nesting | None" = None


class Answer(msgspec.Struct):
    """What every generated row of an answer derives from; `nestings` belongs to the class."""

    @classmethod
    def nestings(cls) -> tuple[tuple[str, str, Nesting], ...]:
        """For each field: the attribute that holds it, its response key and its nesting."""
        return ()


def settle(value: Any, nesting: Nesting, path: Path, errors: list[GraphQLError]) -> Any:
    """Turn the slots inside a value into nulls and collect their errors, in the order of the answer.

    Section 6.4.4 of the specification: a null goes up to the nearest place that may hold it. Raises the located
    GraphQLError when this value itself may not be null.
    """
    try:
        return _without_slots(value, nesting, path, errors)
    except GraphQLError as error:
        if nesting.is_required:
            raise
        errors.append(error)
        return None


def _without_slots(value: Any, nesting: Nesting, path: Path, errors: list[GraphQLError]) -> Any:
    if value.__class__ is Slot:
        raise located_error(value.error, value.use.nodes, path)
    if value is None:
        return None
    if nesting.item is not None:
        return [settle(item, nesting.item, [*path, index], errors) for index, item in enumerate(value)]
    if nesting.is_object:
        answer = cast(Answer, value)
        for attribute, key, inner in answer.nestings():
            setattr(answer, attribute, settle(getattr(answer, attribute), inner, [*path, key], errors))
    return value
