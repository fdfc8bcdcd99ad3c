"""What is imported is declared: in a clean environment nothing of somebody else's is there by luck."""

import ast
import re
import sys
import tomllib
from collections.abc import Iterable, Iterator
from functools import cache
from importlib.metadata import packages_distributions
from typing import Any

from tests.support.sources import ROOT, Source, nodes, planted, shipped

BY_NAME = {"httptools", "uvloop"}
"""Declared and never imported here: uvicorn is told their names."""
ROOMS = {"procrastinate": "core/vetrina/kernel/jobs/"}
"""Where an extra lives that is neither a plugin's nor the kit's."""


distributions = cache(packages_distributions)


@cache
def project() -> Any:
    return tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]


def named(requirements: list[str]) -> set[str]:
    """The distributions of requirements, their names as the index writes them."""
    return {_normal(re.split(r"[\[<>=~!; ]", requirement)[0]) for requirement in requirements}


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def foreign(source: Source) -> Iterator[tuple[ast.stmt, str]]:
    """Every import of somebody else's module, by its first name; not where its absence is provided for."""
    provided = _provided_for(source)
    for node in _imports(nodes(source)):
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else [node.module or ""]
        for module in {name.partition(".")[0] for name in names}:
            is_ours = re.fullmatch(r"vetrina(_\w+)?", module) or (isinstance(node, ast.ImportFrom) and node.level)
            if not is_ours and module not in sys.stdlib_module_names and node not in provided:
                yield node, module


def _imports(within: Iterable[ast.AST]) -> list[ast.Import | ast.ImportFrom]:
    return [node for node in within if isinstance(node, ast.Import | ast.ImportFrom)]


def _provided_for(source: Source) -> set[ast.AST]:
    """The imports inside of a try that goes on without them."""
    if "except ImportError" not in source.text:
        return set()
    attempts = [node for node in nodes(source) if isinstance(node, ast.Try)]
    absent = [attempt for attempt in attempts if any(_is_import_error(handler) for handler in attempt.handlers)]
    return {node for attempt in absent for part in attempt.body for node in _imports(ast.walk(part))}


def _is_import_error(handler: ast.ExceptHandler) -> bool:
    return isinstance(handler.type, ast.Name) and handler.type.id == "ImportError"


@cache
def allowed(path: str) -> set[str]:
    """What a file may import: the dependencies, and for a plugin and for the kit those of the extra of its name."""
    extras: dict[str, list[str]] = project()["optional-dependencies"]
    rooms = {extra: (f"plugins/vetrina_{extra}/", f"core/vetrina/{extra}/", ROOMS.get(extra, "-")) for extra in extras}
    own = [extra for extra in extras if path.startswith(rooms[extra])]
    return named([*project()["dependencies"], *(each for extra in own for each in extras[extra])])


def undeclared(source: Source) -> Iterator[str]:
    makers = distributions()
    for node, module in foreign(source):
        made_by = {_normal(maker) for maker in makers.get(module, [module])}
        if not made_by & allowed(source.path):
            yield f"{source.where(node)} imports {module}, of {' or '.join(sorted(made_by))}: pyproject.toml lacks it"


def test_everything_that_is_imported_is_declared() -> None:
    found = [line for source in shipped() for line in undeclared(source)]
    assert not found, "\n".join(found)


def test_everything_that_is_declared_is_used() -> None:
    makers = distributions()
    used = {_normal(maker) for source in shipped() for _, module in foreign(source) for maker in makers.get(module, [])}
    assert named(project()["dependencies"]) - used == BY_NAME


def test_what_is_declared_is_what_is_locked() -> None:
    lines = (ROOT / "requirements" / "runtime.in").read_text().split()
    assert set(lines) == {re.split(r"[<>=~!; ]", requirement)[0] for requirement in project()["dependencies"]}


def test_the_rule_bites() -> None:
    slips = {
        "core/vetrina/flows/planted.py": "import yaml\nfrom requests.adapters import Retry\n",
        "core/vetrina/plugin/planted.py": "def late() -> None:\n    import pytest\n",
        "plugins/vetrina_bell/planted.py": "import stripe\n",
    }
    found = {path: [line.split()[2] for line in undeclared(planted(text, path))] for path, text in slips.items()}
    assert list(found.values()) == [["yaml,", "requests,"], ["pytest,"], ["stripe,"]]
    fine = {
        "core/vetrina/flows/planted.py": "import json, vetrina_bell\nfrom . import a\nfrom sqlalchemy.orm import X",
        "core/vetrina/testing/planted.py": "import pytest\n",
        "plugins/vetrina_stripe/planted.py": "import stripe\n",
        "core/vetrina/house/planted.py": "try:\n    import yaml\nexcept ImportError:\n    yaml = None\n",
    }
    assert [line for path, text in fine.items() for line in undeclared(planted(text, path))] == []


def test_a_plugin_is_graded_without_test_tools() -> None:
    """What the doctor imports comes with the wheel; fixtures alone are for whoever has pytest."""
    tools = re.compile(r"^(?:import|from) (?:pytest|hypothesis)", re.MULTILINE)
    kit = {path.name: path.read_text() for path in (ROOT / "core" / "vetrina" / "testing").rglob("*.py")}
    assert [name for name, text in kit.items() if tools.search(text)] == ["fixtures.py"]
