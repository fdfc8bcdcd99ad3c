"""The house's own source files, parsed once, for the tests that read them."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import cast

import msgspec

ROOT = Path(__file__).parents[2]
ROOMS = ("core", "storefront_api", "admin", "plugins")
"""The source roots of what is shipped."""


class Source(msgspec.Struct, frozen=True):
    """One file: its path from the root of the checkout, its text and its syntax tree."""

    path: str
    text: str
    tree: ast.Module

    @property
    def is_shipped(self) -> bool:
        return self.path.split("/")[0] in ROOMS

    def where(self, node: ast.AST) -> str:
        return f"{self.path}:{getattr(node, 'lineno', 1)}"


Function = ast.FunctionDef | ast.AsyncFunctionDef


@cache
def sources() -> tuple[Source, ...]:
    """Every Python file of the house, its tests and its benchmarks."""
    paths = sorted(path for room in (*ROOMS, "tests", "benchmarks") for path in (ROOT / room).rglob("*.py"))
    return tuple(
        planted(path.read_text(), str(path.relative_to(ROOT))) for path in paths if "node_modules" not in str(path)
    )


def shipped() -> tuple[Source, ...]:
    return tuple(source for source in sources() if source.is_shipped)


def planted(text: str, path: str = "core/vetrina/flows/planted.py") -> Source:
    """A source of the tests' own, to see a rule bite."""
    return Source(path, text, ast.parse(text, path))


@cache
def nodes(source: Source) -> tuple[ast.AST, ...]:
    """Every node of the tree, as `ast.walk` has them; walked once for all that look at it."""
    found: list[ast.AST] = [source.tree]
    for node in found:
        for value in vars(node).values():
            if isinstance(value, ast.AST):
                found.append(value)
            elif isinstance(value, list):
                found.extend(each for each in cast(list[object], value) if isinstance(each, ast.AST))
    return tuple(found)


def functions(source: Source) -> Iterator[Function]:
    return (node for node in nodes(source) if isinstance(node, Function))


def calls(source: Source) -> Iterator[tuple[ast.Call, str]]:
    """Every call with the dotted name of what is called, as far as it is spelled out."""
    for node in nodes(source):
        if isinstance(node, ast.Call):
            yield node, dotted(node.func)


def dotted(node: ast.AST) -> str:
    """datetime.now for the expression datetime.now; the last names of anything longer."""
    if isinstance(node, ast.Attribute):
        return f"{dotted(node.value)}.{node.attr}".lstrip(".")
    return node.id if isinstance(node, ast.Name) else ""


def enclosing(source: Source, wanted: ast.AST) -> str:
    """The name of the innermost function around a node, or nothing."""
    name, size = "", len(source.text)
    for function in functions(source):
        if any(node is wanted for node in ast.walk(function)):
            lines = (function.end_lineno or 0) - function.lineno
            if lines < size:
                name, size = function.name, lines
    return name
