"""The shortest way from a root to every type, so that documents can be sent to each of them."""

from collections import deque
from typing import Any

import msgspec
from graphql import (
    GraphQLSchema,
    is_abstract_type,
    is_input_object_type,
    is_interface_type,
    is_object_type,
)
from tests.differential.inputs import reaches
from tests.differential.shapes import is_output_composite, named, own_types


class Step(msgspec.Struct, frozen=True):
    """Select a field, or narrow to a type; `wanted` is an input type the field's arguments should hold."""

    field: str | None = None
    on: str | None = None
    wanted: frozenset[str] = frozenset()


class Grammar:
    """What documents over a schema may say at each type."""

    def __init__(self, schema: GraphQLSchema, *, with_mutations: bool = True) -> None:
        self.schema = schema
        self.query: Any = schema.query_type
        self.mutation: Any = schema.mutation_type if with_mutations else None
        self.types = own_types(schema)
        self.composites = {name: kind for name, kind in self.types.items() if is_output_composite(kind)}
        self.possible = {name: self._possible(kind) for name, kind in self.composites.items()}
        self.fields: dict[str, list[str]] = {}
        self.leaves: dict[str, list[str]] = {}
        for name, kind in self.composites.items():
            fields = getattr(kind, "fields", {})
            self.fields[name] = list(fields)
            self.leaves[name] = [one for one, field in fields.items() if not is_output_composite(named(field.type))]
        self.conditions = {name: self._overlapping(name) for name in self.composites}
        self.routes: dict[str, tuple[bool, tuple[Step, ...]]] = {}
        """By type: whether the way begins at the mutations, and its steps."""
        self._find_composites()
        self._find_others()
        self.targets = sorted(self.routes)

    def _possible(self, kind: Any) -> frozenset[str]:
        if not is_abstract_type(kind):
            return frozenset([kind.name])
        return frozenset(one.name for one in self.schema.get_possible_types(kind))

    def _overlapping(self, name: str) -> list[str]:
        own = self.possible[name]
        return [other for other, possible in self.possible.items() if own & possible]

    def _find_composites(self) -> None:
        waiting = deque[str]()
        for root, is_mutation in ((self.query, False), (self.mutation, True)):
            if root is not None:
                self.routes[root.name] = (is_mutation, ())
                waiting.append(root.name)
        while waiting:
            name = waiting.popleft()
            is_mutation, steps = self.routes[name]
            kind: Any = self.composites[name]
            ways = [(named(field.type).name, Step(field=one)) for one, field in getattr(kind, "fields", {}).items()]
            if not is_object_type(kind):
                ways += [(member, Step(on=member)) for member in sorted(self.possible[name])]
            else:
                ways += [(one, Step(on=one)) for one in self.conditions[name]]
            for reached, step in ways:
                if reached in self.composites and reached not in self.routes:
                    self.routes[reached] = (is_mutation, (*steps, step))
                    waiting.append(reached)

    def _find_others(self) -> None:
        known = sorted(
            (
                name
                for name in self.routes
                if is_object_type(self.composites[name]) or is_interface_type(self.composites[name])
            ),
            key=lambda name: len(self.routes[name][1]),
        )
        places = [(name, one, field) for name in known for one, field in _fields(self.composites[name])]
        for name, kind in self.types.items():
            if name in self.composites:
                continue
            wanted = frozenset([name])
            for on, one, field in places:
                if is_input_object_type(kind) or named(field.type).name != name:
                    if not any(reaches(argument.type, wanted) for argument in field.args.values()):
                        continue
                    step = Step(field=one, wanted=wanted)
                else:
                    step = Step(field=one)
                is_mutation, steps = self.routes[on]
                self.routes[name] = (is_mutation, (*steps, step))
                break


def _fields(kind: Any) -> list[tuple[str, Any]]:
    return list(kind.fields.items())
