"""Shapes: raw values of a whole level completed together, by the kind of their type."""

from collections.abc import Callable, Sequence
from typing import Any, cast

import msgspec
from graphql import (
    GraphQLAbstractType,
    GraphQLError,
    GraphQLInterfaceType,
    GraphQLObjectType,
    Undefined,
    default_type_resolver,  # pyright: ignore[reportUnknownVariableType]
)
from graphql.pyutils import inspect, is_iterable  # pyright: ignore[reportUnknownVariableType]
from strawberry.schema.schema_converter import GraphQLCoreConverter

from vetrina.graphql.fields import BY_CLASS
from vetrina.graphql.plan.leaves import Leaf
from vetrina.graphql.plan.run import Run
from vetrina.graphql.plan.selection import Selects, Shape
from vetrina.graphql.plan.slots import FieldUse, Slot

_LISTS = (list, tuple)


class Composite:
    """What objects and lists have in common: nulls, failures, and the rest completed without them."""

    def __init__(self, use: FieldUse, *, is_required: bool) -> None:
        self.use = use
        self.is_required = is_required

    def gap(self, value: Any, run: Run) -> tuple[bool, Any]:
        """Whether a value is none to go on with, and what stands in its place."""
        if value.__class__ is Slot:
            return True, value
        if isinstance(value, Exception):
            return True, run.fail(value, self.use)
        if value is None or value is Undefined:
            return True, run.fail(self.use.missing(), self.use) if self.is_required else None
        return False, value


class LeafShape:
    """Leaves that are items of a list, or answers of the operation itself."""

    def __init__(self, leaf: Leaf) -> None:
        self._leaf = leaf

    async def complete(self, values: Sequence[Any], run: Run) -> list[Any]:
        leaf = self._leaf
        if leaf.check == "text":
            return [value if value.__class__ is str else leaf(value, run) for value in values]
        return [leaf(value, run) for value in values]


class ListShape(Composite):
    """Lists: all their items are completed as one level, then dealt out again."""

    def __init__(self, use: FieldUse, item: Shape, *, is_required: bool) -> None:
        super().__init__(use, is_required=is_required)
        self.item = item

    async def complete(self, values: Sequence[Any], run: Run) -> list[Any]:
        lists = [value if value.__class__ in _LISTS else self._listed(value, run) for value in values]
        items = [item for one in lists if one.__class__ in _LISTS for item in one]
        done = await self.item.complete(items, run)
        answers: list[Any] = []
        start = 0
        for one in lists:
            if one.__class__ in _LISTS:
                answers.append(done[start : start + len(one)])
                start += len(one)
            else:
                answers.append(one)
        return answers

    def _listed(self, value: Any, run: Run) -> Any:
        is_gap, stands = self.gap(value, run)
        if is_gap:
            return stands
        if not is_iterable(value):
            field = f"{self.use.parent}.{self.use.name}"
            return run.fail(GraphQLError(f"Expected Iterable, but did not find one for field '{field}'."), self.use)
        try:
            return list(cast(Any, value))
        except Exception as error:
            return run.fail(error, self.use)


class ObjectShape(Composite):
    """Objects of one type."""

    def __init__(self, use: FieldUse, of: GraphQLObjectType, selection: Selects, *, is_required: bool) -> None:
        super().__init__(use, is_required=is_required)
        self.type_name = of.name
        self._type = of
        self.selection = selection
        self._known = set[type]()
        """Classes of rows that the type accepts whatever the row."""

    async def complete(self, values: Sequence[Any], run: Run) -> list[Any]:
        if not values:
            return []
        if self._known.issuperset(map(type, values)):
            return await self.selection.complete(values, run)
        return await self._complete_some(values, run)

    async def _complete_some(self, values: Sequence[Any], run: Run) -> list[Any]:
        answers = list(values)
        positions, rows = list[int](), list[Any]()
        for index, value in enumerate(values):
            is_gap, answers[index] = self.gap(value, run)
            if is_gap:
                continue
            refused = self._refusal(value, run)
            if refused is not None:
                answers[index] = run.fail(refused, self.use)
                continue
            positions.append(index)
            rows.append(value)
        for index, answer in zip(positions, await self.selection.complete(rows, run), strict=True):
            answers[index] = answer
        return answers

    def _refusal(self, value: Any, run: Run) -> Exception | None:
        """Why a value is no object of this type, if it is none."""
        is_type_of = self._type.is_type_of
        if is_type_of is None or value.__class__ in self._known:
            self._known.add(value.__class__)
            return None
        try:
            is_ours = is_type_of(value, run.resolve_info(self.use))
        except Exception as error:
            return error
        if not is_ours:
            problem = f"Expected value of type '{self._type}' but got: {inspect(value)}."
            return GraphQLError(problem, self.use.nodes)
        if hasattr(is_type_of, BY_CLASS):
            self._known.add(value.__class__)
        return None


class AbstractShape(Composite):
    """Objects of an interface or a union: each goes on with those of its own type."""

    def __init__(
        self,
        use: FieldUse,
        of: GraphQLAbstractType,
        possible: Sequence[GraphQLObjectType],
        make_shape: Callable[[GraphQLObjectType], ObjectShape],
        *,
        is_required: bool,
    ) -> None:
        super().__init__(use, is_required=is_required)
        self.type_name = of.name
        self._type = of
        self._possible = {one.name: one for one in possible}
        self._make_shape = make_shape
        self._shapes: dict[str, ObjectShape] = {}
        self._by_class = _decided_by_class(of, possible)
        self._known: dict[type, GraphQLObjectType] = {}

    async def complete(self, values: Sequence[Any], run: Run) -> list[Any]:
        answers = list(values)
        groups: dict[GraphQLObjectType, list[int]] = {}
        for index, value in enumerate(values):
            of = self._known.get(value.__class__) or self._of(value, run)
            if isinstance(of, GraphQLObjectType):
                groups.setdefault(of, []).append(index)
            else:
                answers[index] = of
        for of, indices in groups.items():
            done = await self._shape(of).complete([values[index] for index in indices], run)
            for index, answer in zip(indices, done, strict=True):
                answers[index] = answer
        return answers

    def compiled(self) -> list[ObjectShape]:
        """The members that a row has asked for."""
        return list(self._shapes.values())

    def _shape(self, of: GraphQLObjectType) -> ObjectShape:
        if of.name not in self._shapes:
            self._shapes[of.name] = self._make_shape(of)
        return self._shapes[of.name]

    def _of(self, value: Any, run: Run) -> Any:
        """A value's concrete type, or what stands in its place."""
        is_gap, stands = self.gap(value, run)
        if is_gap:
            return stands
        try:
            resolve = cast(Any, self._type).resolve_type or cast(Any, default_type_resolver)
            name = resolve(value, run.resolve_info(self.use), self._type)
        except Exception as error:
            return run.fail(error, self.use)
        of = self._possible.get(name) if isinstance(name, str) else None
        if of is None:
            return run.fail(self._unresolved(name, value), self.use)
        if self._by_class and isinstance(value, msgspec.Struct):
            self._known[value.__class__] = of
        return of

    def _unresolved(self, name: Any, value: Any) -> GraphQLError:
        field = f"{self.use.parent}.{self.use.name}"
        must = f"Abstract type '{self._type}' must resolve to an Object type at runtime for field '{field}'"
        if name is None:
            problem = (
                f"{must}. Either the '{self._type}' type should provide a 'resolve_type' function or each possible type"
                " should provide an 'is_type_of' function."
            )
        elif isinstance(name, str):
            problem = f"Runtime Object type '{name}' is not a possible type for '{self._type}'."
        else:
            value, name = inspect(value), inspect(name)
            problem = f"{must} with value {value}, received '{name}', which is not a valid Object type name."
        return GraphQLError(problem, self.use.nodes)


def _decided_by_class(of: GraphQLAbstractType, possible: Sequence[GraphQLObjectType]) -> bool:
    """Whether a row's class alone says which of the possible types it is."""
    declared: Any = of.extensions.get(GraphQLCoreConverter.DEFINITION_BACKREF)
    if getattr(declared, "resolve_type", None) is not None and isinstance(of, GraphQLInterfaceType):
        return False
    return all(one.is_type_of is None or hasattr(one.is_type_of, BY_CLASS) for one in possible)
