"""Resolvers of the synthetic schema: each answers from the world, with the arguments its field declares."""

import asyncio
import inspect
from collections.abc import Iterator
from random import Random
from typing import Any

import strawberry
from graphql import GraphQLInputObjectType, is_required_argument, value_from_ast_untyped
from tests.differential.shapes import annotated, default_node, is_list, items_of, python_name, without_null
from tests.differential.worlds import World, plain

from vetrina.graphql import Info, once


class Resolvers:
    """Makes resolvers; `names` are the Python types of the schema's input types by their names on the wire."""

    def __init__(self, random: Random, world: World, names: dict[str, Any]) -> None:
        self._random = random
        self._world = world
        self._names = names

    def batch(self, place: str, field: Any) -> Any:
        world = self._world
        sequence = self._random.choice((list, list, tuple))
        is_shared = self._random.random() < 0.1

        async def check(arguments: dict[str, Any]) -> int:
            await asyncio.sleep(0)
            return world.check_whole(place, arguments).next()

        async def load(parents: Any, info: Info, **arguments: Any) -> Any:
            if is_shared:
                await once(info, (place, repr(plain(arguments))), lambda: check(arguments))
            else:
                await check(arguments)
            return sequence(_answers(world, field.type, parents, place, arguments))

        return self._dressed(load, place, field, ("parents", "info"))

    def resolver(self, place: str, field: Any, *, is_async: bool) -> Any:
        world = self._world
        is_told = place.startswith("Mutation.")

        def answered(parent: Any, arguments: dict[str, Any]) -> Any:
            if is_told:
                world.tell(place, arguments)
            return world.answer(field.type, parent, place, arguments)

        async def later(self: Any, info: Info, **arguments: Any) -> Any:
            await asyncio.sleep(0)
            return answered(self, arguments)

        def at_once(self: Any, info: Info, **arguments: Any) -> Any:
            return answered(self, arguments)

        return self._dressed(later if is_async else at_once, place, field, ("self", "info"))

    def _dressed(self, function: Any, place: str, field: Any, first: tuple[str, str]) -> Any:
        """The function with the field's arguments in its signature, as if they had been written there."""
        parameters = [inspect.Parameter(name, inspect.Parameter.POSITIONAL_OR_KEYWORD) for name in first]
        parameters[1] = parameters[1].replace(annotation=Info)
        for wire, argument in field.args.items():
            node = default_node(argument)
            default: Any = inspect.Parameter.empty
            if node is not None:
                default = self.pythonic(argument.type, value_from_ast_untyped(node))
            elif not is_required_argument(argument):
                default = None if inspect.iscoroutinefunction(function) else strawberry.UNSET
            parameters.append(
                inspect.Parameter(
                    python_name(wire),
                    inspect.Parameter.KEYWORD_ONLY,
                    default=default,
                    annotation=eval(annotated(argument.type), self._names),  # noqa: S307 our own words
                )
            )
        function.__signature__ = inspect.Signature(parameters, return_annotation=object)
        function.__annotations__ = {one.name: one.annotation for one in parameters[1:]} | {"return": object}
        function.__qualname__ = function.__name__ = place.replace(".", "_")
        return function

    def pythonic(self, kind: Any, raw: Any) -> Any:
        """A literal's value as a resolver would write it."""
        kind = without_null(kind)
        if raw is None:
            return None
        if is_list(kind):
            return tuple(self.pythonic(items_of(kind), one) for one in raw)  # strawberry's defaults are hashable
        if isinstance(kind, GraphQLInputObjectType):
            given = {python_name(name): self.pythonic(kind.fields[name].type, one) for name, one in raw.items()}
            return self._names[kind.name](**given)
        return self._names[kind.name][raw] if kind.name in self._world.enums else raw


def _answers(world: World, kind: Any, parents: Any, place: str, arguments: dict[str, Any]) -> Iterator[Any]:
    for parent in parents:
        try:
            yield world.answer(kind, parent, place, arguments)
        except Exception as error:
            yield error
