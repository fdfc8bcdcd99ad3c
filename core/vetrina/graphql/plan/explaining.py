"""A plan in words: what is read from where, in the order in which it runs, and the loops that were generated for it."""

from collections.abc import Iterator
from typing import Any

from graphql.execution.values import VariableValues

from vetrina.graphql.documents import Documents
from vetrina.graphql.plan.assembling import Cell
from vetrina.graphql.plan.plan import Plan
from vetrina.graphql.plan.planner import make_plan
from vetrina.graphql.plan.selection import Selection, Shape
from vetrina.graphql.plan.shapes import AbstractShape, LeafShape, ListShape, ObjectShape
from vetrina.graphql.plan.sources import Attribute, Batch, PerObject, Root, Source
from vetrina.graphql.schema import ComposedSchema


def planned(schema: ComposedSchema, text: str) -> Plan:
    """The plan of a document that is known to be good and has no variables."""
    document = Documents(schema._schema).get(text)
    return make_plan(schema, document, document.operation(None), VariableValues({}, {}))


def explained(plan: Plan) -> list[str]:
    """One line per field that is more than an attribute of a row, indented by level."""
    lines: list[str] = []
    for field in plan.fields:
        lines.append(f"{field.key}: {_source(field.step.source)}{_kind(field.step.shape)}")
        lines += _below(field.step.shape, 1)
    return lines


def sources(plan: Plan) -> dict[str, str]:
    """The generated loops of a plan, by the type of their rows; of several selections on a type, the largest."""
    found: dict[str, str] = {}
    for field in plan.fields:
        for selection in _selections(field.step.shape):
            found[selection.type_name] = max(found.get(selection.type_name, ""), selection.assembly.source, key=len)
    return found


def _below(shape: Shape | None, depth: int) -> list[str]:
    lines: list[str] = []
    for selection in _at(shape):
        indent = "  " * depth
        if inline := ", ".join(_inline(cell) for cell in selection.cells if cell.attribute or cell.is_typename):
            lines.append(f"{indent}in the loop over {selection.type_name} rows: {inline}")
        for step in selection.steps:
            lines.append(f"{indent}{_key(selection, step.use)}: {_source(step.source)}{_kind(step.shape)}")
            lines += _below(step.shape, depth + 1)
    return lines


def _selections(shape: Shape | None) -> Iterator[Selection]:
    for selection in _at(shape):
        yield selection
        for step in selection.steps:
            yield from _selections(step.shape)


def _at(shape: Shape | None) -> list[Selection]:
    """The selections right below a shape; of an abstract type those that a row has asked for."""
    match shape:
        case ListShape():
            return _at(shape.item)
        case ObjectShape():
            return [shape.selection] if isinstance(shape.selection, Selection) else []
        case AbstractShape():
            return [selection for known in shape.compiled() for selection in _at(known)]
        case _:
            return []


def _key(selection: Selection, use: Any) -> str:
    keys = {id(one): cell.key for one, cell in zip(selection.uses, selection.cells, strict=True)}
    return keys[id(use)]


def _inline(cell: Cell) -> str:
    return cell.key if cell.is_typename or cell.attribute == cell.key else f"{cell.key} = row.{cell.attribute}"


def _source(source: Source) -> str:
    match source:
        case Root():
            return f"{source.function.__name__}()"
        case Batch():
            return f"{source.function.__name__}(rows), once for all of them"
        case Attribute():
            return f"row.{source.name}"
        case PerObject():
            return "its resolver, for each row"
        case _:
            return "the operation's type"


def _kind(shape: Shape | None) -> str:
    match shape:
        case ListShape():
            return " -> a list" + _kind(shape.item).replace(" ->", " of")
        case ObjectShape():
            return f" -> {shape.type_name}"
        case AbstractShape():
            return f" -> {shape.type_name}, by the class of its row"
        case LeafShape() | None:
            return ""
        case _:
            return ""
