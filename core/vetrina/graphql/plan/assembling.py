"""The loop over rows, as generated Python: one function per shape of a selection, kept and shared by all documents."""

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any

import msgspec

from vetrina.graphql.plan.leaves import Check
from vetrina.graphql.plan.slots import Answer, Nesting

MOST_SHAPES = 4_000

Assemble = Callable[[Sequence[Any], Sequence[Sequence[Any]], Sequence[Any], Any], list[Any]]
"""(parents, columns, leaves, run) -> answers, one per parent."""


class Cell(msgspec.Struct, frozen=True):
    """How one field of an answer is filled: from the row's attribute, from a column, or with the type's name."""

    key: str
    nesting: Nesting
    attribute: str | None = None
    """Read from the row; None: from the next column."""
    check: Check | None = None
    """Of a leaf; a completed object or list needs none."""
    is_typename: bool = False

    @property
    def variable(self) -> str:
        return f"v_{self.key}"


class Assembly(msgspec.Struct, frozen=True):
    """A generated class of answers and the function that fills it."""

    answer: type[Answer]
    assemble: Assemble
    source: str


@lru_cache(maxsize=MOST_SHAPES)
def assembly(type_name: str, cells: tuple[Cell, ...]) -> Assembly:
    """The answers of one selection on one type. Names come from the schema and from GraphQL's own grammar."""
    nestings = tuple((cell.variable, cell.key, cell.nesting) for cell in cells)
    answer: Any = msgspec.defstruct(
        type_name,
        [(cell.variable, Any) for cell in cells],
        bases=(Answer,),
        namespace={"nestings": classmethod(lambda _: nestings)},
        rename={cell.variable: cell.key for cell in cells},
        gc=False,
    )
    source = _source(type_name, cells)
    names: dict[str, Any] = {type_name: answer}
    exec(compile(source, f"<plan of {type_name}>", "exec"), names)
    return Assembly(answer, names["assemble"], source)


def _source(type_name: str, cells: Sequence[Cell]) -> str:
    columns = [cell.variable for cell in cells if cell.attribute is None and not cell.is_typename]
    leaves = [f"leaf_{cell.key}" for cell in cells if cell.check]
    target = f"row, {', '.join(columns)}" if columns else "row"
    lines = ["def assemble(parents, columns, leaves, run):"]
    if leaves:
        lines.append(f"    {', '.join(leaves)} = leaves" if leaves[1:] else f"    ({leaves[0]},) = leaves")
    lines += ["    answers = []", f"    for {target} in {'zip(parents, *columns)' if columns else 'parents'}:"]
    for cell in cells:
        lines += [f"        {line}" for line in _filling(cell)]
    values = ", ".join(repr(type_name) if cell.is_typename else cell.variable for cell in cells)
    return "\n".join([*lines, f"        answers.append({type_name}({values}))", "    return answers", ""])


def _filling(cell: Cell) -> list[str]:
    lines = [f"{cell.variable} = row.{cell.attribute}"] if cell.attribute else []
    if cell.check is None:
        return lines
    value, leaf = cell.variable, f"leaf_{cell.key}"
    if cell.check == "name":
        return [*lines, f"{value} = {leaf}.names.get({value}) or {leaf}({value}, run)"]
    doubt = {
        "text": f"{value}.__class__ is not str",
        "whole": f"{value}.__class__ is not int or not -2147483648 <= {value} <= 2147483647",
        "truth": f"{value} is not True and {value} is not False",
        "careful": "True",
    }[cell.check]
    if cell.check == "careful":
        return [*lines, f"{value} = {leaf}({value}, run)"]
    may_be_null = "" if cell.nesting.is_required else f"{value} is not None and "
    doubt = f"({doubt})" if may_be_null and " or " in doubt else doubt
    return [*lines, f"if {may_be_null}{doubt}:", f"    {value} = {leaf}({value}, run)"]
