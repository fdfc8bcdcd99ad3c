"""A selection: what a document asks of one object type, for many objects at once."""

from collections.abc import Sequence
from time import perf_counter
from typing import Any, Protocol

import msgspec
from graphql import GraphQLError

from vetrina.graphql.plan.assembling import Assembly, Cell
from vetrina.graphql.plan.leaves import Leaf
from vetrina.graphql.plan.run import Run
from vetrina.graphql.plan.slots import FieldUse
from vetrina.graphql.plan.sources import Source


class Shape(Protocol):
    """Completes values: section 6.4.3 of the specification, for many at once. What fails is a slot."""

    async def complete(self, values: Sequence[Any], run: Run) -> list[Any]: ...


class Selects(Protocol):
    """What a document asks of objects of one type; none is missing, and each is of that type."""

    async def complete(self, parents: Sequence[Any], run: Run) -> list[Any]: ...


class Step(msgspec.Struct, frozen=True):
    """One field of a selection that is more than an attribute of the row: read, then completed."""

    use: FieldUse
    source: Source
    shape: Shape | None
    """None for leaves, which the loop over rows checks itself."""

    async def column(self, parents: Sequence[Any], run: Run) -> Sequence[Any]:
        """The field's value for each parent. Raises Unavailable past the deadline."""
        run.check_deadline()
        began = perf_counter()
        values = await self.source.read(parents, run)
        done = values if self.shape is None else await self.shape.complete(values, run)
        run.note(self.use, len(parents), began)
        return done


class Selection(msgspec.Struct, frozen=True):
    """Steps make columns, then one loop over the rows fills the answers."""

    type_name: str
    cells: tuple[Cell, ...]
    steps: tuple[Step, ...]
    leaves: tuple[Leaf, ...]
    """Those of the leaf cells, in their order."""
    uses: tuple[FieldUse, ...]
    """Those of all cells, in their order."""
    assembly: Assembly

    async def complete(self, parents: Sequence[Any], run: Run) -> list[Any]:
        if not parents:
            return []
        columns = [await step.column(parents, run) for step in self.steps]
        try:
            return self.assembly.assemble(parents, columns, self.leaves, run)
        except Exception:  # a row that does not give an attribute: its field fails, and no other
            return [self._one(row, [column[index] for column in columns], run) for index, row in enumerate(parents)]

    def _one(self, row: Any, columns: Sequence[Any], run: Run) -> Any:
        """One answer, filled with care."""
        values: list[Any] = []
        of_columns, of_leaves = iter(columns), iter(self.leaves)
        for cell, use in zip(self.cells, self.uses, strict=True):
            if cell.is_typename:
                values.append(self.type_name)
                continue
            value = self._read(row, cell.attribute, use, run) if cell.attribute else next(of_columns)
            values.append(next(of_leaves)(value, run) if cell.check else value)
        return self.assembly.answer(*values)

    def _read(self, row: Any, attribute: str, use: FieldUse, run: Run) -> Any:
        try:
            return getattr(row, attribute)
        except Exception as error:  # a property of the row may raise anything
            return run.fail(error, use)


class Unselectable(msgspec.Struct, frozen=True):
    """A selection nobody can tell, because a flag inside it is null: each object it is asked of fails."""

    problem: GraphQLError
    use: FieldUse

    async def complete(self, parents: Sequence[Any], run: Run) -> list[Any]:
        return run.fail_all(self.problem, self.use, parents)
