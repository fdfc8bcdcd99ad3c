"""Leaves: scalars and enums checked at a glance where the loop over rows stands, with care where that fails."""

from enum import Enum
from typing import Any, Literal
from weakref import WeakKeyDictionary

from graphql import GraphQLEnumType, GraphQLScalarType, Undefined, is_specified_scalar_type
from graphql.pyutils import inspect

from vetrina.graphql.plan.run import Run
from vetrina.graphql.plan.slots import FieldUse, Slot
from vetrina.graphql.scalars import as_it_is

Check = Literal["text", "whole", "truth", "name", "careful"]
"""How a loop recognises a good value: a str, a 32-bit int, a bool, a known member of an enum; or only with care."""

LeafType = GraphQLScalarType | GraphQLEnumType
_CHECKS: dict[str, Check] = {"String": "text", "ID": "text", "Int": "whole", "Boolean": "truth"}


def check_of(leaf_type: LeafType) -> Check:
    """The quickest check that is right for a type."""
    if isinstance(leaf_type, GraphQLEnumType):
        return "name"
    if is_specified_scalar_type(leaf_type):
        return _CHECKS.get(leaf_type.name, "careful")
    return "text" if leaf_type.coerce_output_value is as_it_is else "careful"


class Leaf:
    """A leaf field, or the items of a list of leaves. Calling it completes one value as the specification says."""

    __slots__ = ("_serialize", "_type", "check", "is_required", "names", "use")

    def __init__(self, leaf_type: LeafType, *, is_required: bool, use: FieldUse) -> None:
        self._type = leaf_type
        self._serialize = leaf_type.coerce_output_value
        self.check: Check = check_of(leaf_type)
        self.is_required = is_required
        self.use = use
        self.names = _names(leaf_type) if isinstance(leaf_type, GraphQLEnumType) else {}

    def __call__(self, value: Any, run: Run) -> Any:
        if value.__class__ is Slot:
            return value
        if isinstance(value, Exception):
            return run.fail(value, self.use)
        if value is None or value is Undefined:
            return run.fail(self.use.missing(), self.use) if self.is_required else None
        try:
            written = self._serialize(value)
        except Exception as error:  # whatever a scalar does not take is that field's error
            return run.fail(error, self.use)
        if written is None or written is Undefined:
            problem = f"Expected `{self._type}.coerce_output_value({inspect(value)})` to return non-nullable value"
            return run.fail(TypeError(f"{problem}, returned: {inspect(written)}"), self.use)
        return written


def _names(enum: GraphQLEnumType) -> dict[Any, str]:
    """Values of an enum, and members of the Python enum behind it, to their names on the wire."""
    known = _KNOWN.get(enum)
    if known is None:
        values = {value.value: name for name, value in enum.values.items() if isinstance(value.value, str | Enum)}
        members = {
            member: values[member.value] for member in getattr(enum, "wrapped_cls", ()) if member.value in values
        }
        known = _KNOWN[enum] = values | members
    return known


_KNOWN: WeakKeyDictionary[GraphQLEnumType, dict[Any, str]] = WeakKeyDictionary()
"""Countries and currencies are many; the enums of a schema live as long as it does."""
