"""What of a selection may come later: the fields of its @defer fragments, and which fragments they belong to."""

from collections.abc import Sequence
from typing import Any

import msgspec
from graphql.execution.collect_fields import DeferUsage

from vetrina.graphql.plan.run import Noted, Run
from vetrina.graphql.plan.selection import Selects


class Later(msgspec.Struct, frozen=True, eq=False):
    """Fields of one selection that are answered later, together."""

    usages: tuple[DeferUsage, ...]
    """The fragments that wait for them; fields that two fragments ask for are answered once."""
    selection: Selects

    @property
    def depth(self) -> int:
        """How many @defer stand around it: what stands inside another comes after it."""
        return depth_of(self.usages)


class Deferring(msgspec.Struct, frozen=True, eq=False):
    """A selection of which some comes later. `introduced` are the fragments that begin here."""

    selection: Selects
    introduced: tuple[DeferUsage, ...]
    later: tuple[Later, ...]

    async def complete(self, parents: Sequence[Any], run: Run) -> list[Any]:
        """The part that comes at once; what it leaves open is noted under each answer."""
        answers = await self.selection.complete(parents, run)
        if run.noted is not None:
            for row, answer in zip(parents, answers, strict=True):
                run.noted[id(answer)] = Noted(answer, row, self)
        return answers


def depth_of(usages: Sequence[DeferUsage]) -> int:
    """How many @defer stand around the outermost of these."""
    return min(_depth(usage) for usage in usages)


def _depth(usage: DeferUsage) -> int:
    depth, parent = 0, usage.parent_defer_usage
    while parent is not None:
        depth, parent = depth + 1, parent.parent_defer_usage
    return depth
