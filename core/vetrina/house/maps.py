"""The map of the house: every room with the first line of its own docstring."""

import ast
from collections.abc import Iterator
from pathlib import Path

FOLDED = frozenset({"demo", "migrations"})
"""Rooms shown as one line: what they hold is rows and pictures, not rules."""
WIDTH = 36


def house_map(root: Path) -> str:
    """The rooms of a checkout as an indented list, in the order in which they build on each other's names."""
    lines: list[str] = []
    for folder in ("core/vetrina", "storefront_api/vetrina_storefront", "admin/vetrina_admin"):
        lines += [_line(folder + "/", 0, root / folder / "__init__.py"), *_rooms(root / folder, 1)]
    lines.append("plugins/")
    lines += [
        _line(plugin.parent.name + "/", 1, plugin.parent / "__init__.py")
        for plugin in sorted(root.glob("plugins/*/plugin.toml"))
    ]
    return "\n".join(lines)


def first_line(path: Path) -> str:
    """What a module says of itself, without the full stop."""
    return (ast.get_docstring(ast.parse(path.read_text())) or "").split("\n")[0].rstrip(".")


def _rooms(folder: Path, depth: int) -> Iterator[str]:
    """Modules first, then packages with what they hold."""
    for module in sorted(folder.glob("*.py")):
        if module.stem != "__init__":
            yield _line(module.name, depth, module)
    for package in sorted(path.parent for path in folder.glob("*/__init__.py")):
        yield _line(package.name + "/", depth, package / "__init__.py")
        if package.name not in FOLDED:
            yield from _rooms(package, depth + 1)


def _line(name: str, depth: int, path: Path) -> str:
    return f"{'  ' * depth + name:<{WIDTH}} {first_line(path)}".rstrip()
