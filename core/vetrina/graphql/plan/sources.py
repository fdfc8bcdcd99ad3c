"""Sources: where the raw values of a field come from, for all parents of a level together."""

import asyncio
from collections.abc import Callable, Sequence
from operator import attrgetter
from typing import Any, Protocol

from strawberry.types.field import StrawberryField

from vetrina.graphql.fields import Info, Resolver, check_count
from vetrina.graphql.plan.arguments import Arguments
from vetrina.graphql.plan.run import Run
from vetrina.graphql.plan.slots import FieldUse


class Source(Protocol):
    """Reads one value per parent; one that failed is a slot. Never raises for a field's sake."""

    async def read(self, parents: Sequence[Any], run: Run) -> Sequence[Any]: ...


class Attribute:
    """An attribute of the row."""

    def __init__(self, use: FieldUse, name: str) -> None:
        self._use = use
        self.name = name
        self._get = attrgetter(name)

    async def read(self, parents: Sequence[Any], run: Run) -> Sequence[Any]:
        try:
            return list(map(self._get, parents))
        except Exception:  # one of them: whose it is, is found out one by one
            return [self._one(parent, run) for parent in parents]

    def _one(self, parent: Any, run: Run) -> Any:
        try:
            return self._get(parent)
        except Exception as error:
            return run.fail(error, self._use)


class Batch:
    """A batch function, called once with all parents; or a root's, which has none."""

    def __init__(
        self, use: FieldUse, field: StrawberryField, function: Resolver, arguments: Arguments, permission: str | None
    ) -> None:
        self._use = use
        self._field = field
        self.function = function
        self._arguments = arguments
        self._permission = permission

    async def read(self, parents: Sequence[Any], run: Run) -> Sequence[Any]:
        try:
            info = run.info(self._use, self._field)
            arguments = self._arguments.values(run.variables, info)
            if self._permission is not None:
                run.state.ctx.require(self._permission)
            return await self._call(parents, info, arguments)
        except Exception as error:  # as the specification has it: the field's error, not the operation's
            return run.fail_all(error, self._use, parents)

    async def _call(self, parents: Sequence[Any], info: Info, arguments: dict[str, Any]) -> Sequence[Any]:
        values = await self.function(parents, info, **arguments)
        check_count(self.function, parents, values)
        return values


class Root(Batch):
    """A root field's function: the operation itself is its only parent."""

    async def _call(self, parents: Sequence[Any], info: Info, arguments: dict[str, Any]) -> Sequence[Any]:
        return [await self.function(None, info, **arguments)]


class PerObject:
    """Any other strawberry resolver, with its extensions: called for each parent, as graphql-core would."""

    def __init__(self, use: FieldUse, resolve: Callable[..., Any], arguments: Arguments) -> None:
        self._use = use
        self._resolve = resolve
        self._arguments = arguments

    async def read(self, parents: Sequence[Any], run: Run) -> Sequence[Any]:
        info = run.resolve_info(self._use)
        try:
            arguments = self._arguments.coerced(run.variables)
        except Exception as error:
            return run.fail_all(error, self._use, parents)
        values = [self._one(parent, run, info, arguments) for parent in parents]
        waiting = [index for index, value in enumerate(values) if info.is_awaitable(value)]
        if waiting:
            # Several wait for the outside together; on the database they take turns.
            answers = await asyncio.gather(*(values[index] for index in waiting), return_exceptions=True)
            for index, answer in zip(waiting, answers, strict=True):
                if isinstance(answer, BaseException) and not isinstance(answer, Exception):
                    raise answer
                values[index] = run.fail(answer, self._use) if isinstance(answer, Exception) else answer
        return values

    def _one(self, parent: Any, run: Run, info: Any, arguments: dict[str, Any]) -> Any:
        try:
            return self._resolve(parent, info, **arguments)
        except Exception as error:
            return run.fail(error, self._use)


class TypeName:
    """__typename, asked of the operation itself."""

    def __init__(self, name: str) -> None:
        self._name = name

    async def read(self, parents: Sequence[Any], run: Run) -> Sequence[Any]:
        return [self._name] * len(parents)
