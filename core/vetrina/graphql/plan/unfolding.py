"""An answer that unfolds: what comes at once, then part by part what @defer put off, computed when it is its turn."""

import asyncio
from collections.abc import AsyncGenerator, Iterator, Mapping, Sequence
from typing import Any, cast

import msgspec
from graphql import ExecutionResult, GraphQLError
from graphql.execution.collect_fields import DeferUsage

from vetrina.graphql.plan.deferring import Deferring, Later
from vetrina.graphql.plan.plan import LaterFields, Plan
from vetrina.graphql.plan.run import Noted, Run
from vetrina.graphql.plan.slots import Answer, Nesting, Path, settle

AT_ONCE = 3
"""Parts of one answer that are read beside each other, each on a connection of its own."""

Notes = Mapping[int, Noted]
"""What answers leave open, by their ids; see `Run.noted`."""

_WHOLE = Nesting(is_required=True, is_object=True)
"""A part of an answer: where it may not be null, neither may the part."""


class Fragment:
    """A @defer fragment at one place of the answer. `key` tells it from the others of the answer."""

    def __init__(self, key: str, path: Path, label: str | None, parent: "Fragment | None") -> None:
        self.key = key
        self.path = path
        self.label = label
        self.parent = parent
        self.parts: list[Part] = []
        self.is_over = False
        self.failure: list[GraphQLError] = []
        """Why it will never come; then nothing of it does, nor of what stands inside it."""

    @property
    def is_lost(self) -> bool:
        return bool(self.failure) or (self.parent is not None and self.parent.is_lost)

    @property
    def is_due(self) -> bool:
        """Whether what it stands in has come. A fragment that holds nothing but others is passed over."""
        if self.parent is None:
            return True
        return self.parent.is_over and not self.parent.is_lost if self.parent.parts else self.parent.is_due


class Part:
    """Fields of one object that come later: the row to read them from, and what came of it."""

    def __init__(self, by: "Later | LaterFields", row: Any, path: Path, scope: "Scope") -> None:
        self.by = by
        self.row = row
        self.path = path
        self.scope = scope
        self.fragments = [scope[id(usage)] for usage in by.usages]
        self.data: Any = None
        self.errors: list[GraphQLError] = []
        self.is_done = self.is_sent = False


Scope = Mapping[int, Fragment]
"""The fragments that hold at a place of the answer, by the id of the @defer that made them."""


class Arrived(msgspec.Struct, frozen=True):
    """A fragment that is over: what is new of it, or why it failed."""

    fragment: Fragment
    parts: Sequence[Part]


class Payload(msgspec.Struct, frozen=True):
    """What is told at one time. `pending` are the fragments that are from now on to be expected."""

    result: ExecutionResult | None
    """Of the first payload: what comes at once."""
    pending: Sequence[Fragment]
    arrived: Sequence[Arrived]
    has_next: bool


class Unfolding:
    """One run of a plan that puts something off.

    Parts of one selection are read together for all its objects, as everything is: a @defer in a list costs the
    statements it would have cost without. Of different @defer side by side the quick does not wait for the slow; what
    stands in another comes after it.
    """

    def __init__(self, plan: Plan, run: Run) -> None:
        self._plan = plan
        self._run = run
        self._waiting: list[Part] = []
        self._under_way = 0
        self._known: list[Fragment] = []
        self._announced: set[str] = set()

    async def begin(self) -> Payload:
        """What comes at once. Nothing follows where nothing was put off, or there is no data. Raises Unavailable."""
        noted = self._run.noted = {}
        result = await self._plan.run(self._run)
        if result.data is not None:
            self._find_root(result.data, noted)
        return Payload(result, self._announce(), (), bool(self._waiting))

    async def rest(self) -> AsyncGenerator[Payload]:
        """The parts, as they come. Raises what stops the plan as a whole; `abandon` says what becomes of the rest."""
        while self._waiting:
            turns = self._next()
            self._under_way = len(turns)
            limit = asyncio.Semaphore(AT_ONCE)
            tasks = [asyncio.create_task(self._answer(parts, limit)) for parts in turns]
            try:
                for coming in asyncio.as_completed(tasks):
                    touched = await coming
                    self._under_way -= 1
                    arrived = list(self._arrive(touched))
                    pending = self._announce()
                    has_next = bool(self._waiting or self._under_way)
                    if arrived or pending or not has_next:
                        yield Payload(None, pending, arrived, has_next)
            finally:
                for task in tasks:
                    task.cancel()
                await asyncio.gather(*tasks, return_exceptions=True)

    def abandon(self, error: GraphQLError) -> Payload:
        """The last payload of an answer that cannot go on: everything expected fails."""
        lost = [one for one in self._known if not one.is_over and one.key in self._announced]
        for fragment in lost:
            fragment.failure, fragment.is_over = [error], True
        self._waiting.clear()
        return Payload(None, (), [Arrived(fragment, ()) for fragment in lost], has_next=False)

    def _next(self) -> list[list[Part]]:
        """The parts whose turn it is, by selection: those that stand in the fewest other @defer."""
        depth = min(part.by.depth for part in self._waiting)
        turns: dict[int, list[Part]] = {}
        for part in self._waiting:
            if part.by.depth == depth:
                turns.setdefault(id(part.by), []).append(part)
        self._waiting = [part for part in self._waiting if part.by.depth != depth]
        return list(turns.values())

    async def _answer(self, parts: Sequence[Part], limit: asyncio.Semaphore) -> list[Fragment]:
        """Answer parts of one selection, but not for fragments that are lost; the fragments they belong to."""
        wanted = [part for part in parts if not all(fragment.is_lost for fragment in part.fragments)]
        by, run = parts[0].by, self._run.beside()
        noted = run.noted = {}
        async with limit, run.state.ctx.db.reading():
            if isinstance(by, LaterFields):
                for part in wanted:
                    await self._answer_root(part, by, run)
            elif wanted:
                answers = await by.selection.complete([part.row for part in wanted], run)
                for part, answer in zip(wanted, answers, strict=True):
                    self._settle(part, answer, run)
        for part in wanted:
            part.is_done = True
            if part.data is not None:
                self._find(part.data, part.path, part.scope, noted)
        return list({id(one): one for part in parts for one in part.fragments}.values())

    async def _answer_root(self, part: Part, by: LaterFields, run: Run) -> None:
        data: dict[str, Any] = {}
        try:
            for field in by.fields:
                data[field.key] = await field.answer(run, part.errors)
        except GraphQLError as error:
            self._fail(part, [*part.errors, error])
            return
        part.data = data

    def _settle(self, part: Part, answer: Any, run: Run) -> None:
        try:
            part.data = settle(answer, _WHOLE, part.path, part.errors) if run.has_failures else answer
        except GraphQLError as error:
            self._fail(part, [*part.errors, error])

    def _fail(self, part: Part, errors: list[GraphQLError]) -> None:
        for fragment in part.fragments:
            fragment.failure = fragment.failure or errors

    def _arrive(self, touched: Sequence[Fragment]) -> Iterator[Arrived]:
        """Fragments that are over now, with what of them has not been told."""
        for fragment in touched:
            if fragment.is_over or not (fragment.failure or all(part.is_done for part in fragment.parts)):
                continue
            fragment.is_over = True
            if fragment.key not in self._announced:
                continue  # nobody expects it: what it stands in is lost, or its fields came with another's
            fresh = [part for part in fragment.parts if part.data is not None and not part.is_sent]
            fresh = [] if fragment.failure else fresh
            for part in fresh:
                part.is_sent = True
            yield Arrived(fragment, fresh)

    def _announce(self) -> list[Fragment]:
        """Fragments that are to be expected from now on."""
        fresh = [
            one
            for one in self._known
            if one.key not in self._announced and not one.is_over and one.parts and one.is_due
        ]
        self._announced.update(one.key for one in fresh)
        return fresh

    def _find_root(self, data: dict[str, Any], noted: Notes) -> None:
        scope = self._scope({}, self._plan.introduced, [])
        for later in self._plan.later:
            self._expect(Part(later, None, [], scope))
        self._find(data, [], scope, noted)

    def _find(self, value: Any, path: Path, scope: Scope, noted: Notes) -> None:
        """Find what an answer leaves open, wherever it stands: answers that became null leave nothing."""
        if isinstance(value, list):
            for index, item in enumerate(cast(list[Any], value)):
                self._find(item, [*path, index], scope, noted)
        elif isinstance(value, dict):
            for key, item in cast(dict[str, Any], value).items():
                self._find(item, [*path, key], scope, noted)
        elif isinstance(value, Answer):
            open_ = noted.get(id(value))
            if open_ is not None:
                scope = self._open(open_, path, scope)
            for attribute, key, nesting in value.nestings():
                if nesting.is_object or nesting.item is not None:
                    self._find(getattr(value, attribute), [*path, key], scope, noted)

    def _open(self, noted: Noted, path: Path, scope: Scope) -> Scope:
        by: Deferring = noted.by
        scope = self._scope(scope, by.introduced, path)
        for later in by.later:
            self._expect(Part(later, noted.row, path, scope))
        return scope

    def _scope(self, scope: Scope, introduced: Sequence[DeferUsage], path: Path) -> Scope:
        if not introduced:
            return scope
        wider = dict(scope)
        for usage in introduced:
            parent = wider.get(id(usage.parent_defer_usage))
            fragment = wider[id(usage)] = Fragment(str(len(self._known)), path, usage.label, parent)
            self._known.append(fragment)
        return wider

    def _expect(self, part: Part) -> None:
        self._waiting.append(part)
        for fragment in part.fragments:
            fragment.parts.append(part)
