"""What is in the wheels: all a shop needs and nothing else; strangers enter public rooms alone."""

import ast
import tomllib
import zipfile
from pathlib import Path
from typing import Any

import pytest
from tests.outside_plugin import workshop
from tests.support.sources import ROOT, planted

NEEDED = {
    "migrations": "vetrina/migrations/versions/0001_kernel.py",
    "migrations of a plugin": "vetrina_webhooks/migrations/0001_webhooks.py",
    "manifests": "vetrina_webhooks/plugin.toml",
    "types": "vetrina/py.typed",
    "types of the doors": "vetrina_admin/py.typed",
    "the published schema": "vetrina_storefront/schema.graphql",
    "the admin's schema": "vetrina_admin/schema.graphql",
    "templates": "vetrina_admin/pages/templates/frame.html",
    "templates of the shop window": "vetrina_storefront/pages/templates/base.html",
    "words": "vetrina_admin/pages/words/frame.toml",
    "words of the shop window": "vetrina_storefront/pages/words.toml",
    "styles": "vetrina_admin/pages/static/own/admin.css",
    "scripts": "vetrina_admin/pages/static/own/admin.js",
    "the explorer": "vetrina_storefront/explorer/page.html",
    "shelves of the demo": "vetrina/demo/shelves/01_oil_vinegar.toml",
    "the kit": "vetrina/testing/shop.py",
}
"""Something of each kind."""


def names_in(wheel: Path) -> set[str]:
    """The files of a wheel, without what describes it."""
    with zipfile.ZipFile(wheel) as content:
        return {name for name in content.namelist() if ".dist-info/" not in name}


def described(wheel: Path, name: str) -> str:
    """A file that describes the wheel."""
    with zipfile.ZipFile(wheel) as content:
        return content.read(next(each for each in content.namelist() if each.endswith(f".dist-info/{name}"))).decode()


def files_of(package: Path) -> set[str]:
    return {
        str(path.relative_to(package.parent))
        for path in package.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts and not path.name.startswith(".")
    }


def test_vetrinas_wheel_holds_every_file_of_its_packages_and_nothing_else(tmp_path: Path) -> None:
    project: Any = tomllib.loads((ROOT / "pyproject.toml").read_text())
    packages = [ROOT / place for place in project["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]]
    expected = {name for package in packages for name in files_of(package)}
    wheel = workshop.wheel_of_vetrina(tmp_path)
    found = names_in(wheel)
    assert found == expected
    assert {kind: name for kind, name in NEEDED.items() if name not in found} == {}
    plugins = {path.parent.name for path in ROOT.glob("*/*/plugin.toml")}
    assert {f"{plugin}/plugin.toml" for plugin in plugins} <= found
    announced = described(wheel, "entry_points.txt").split("[vetrina.plugins]")[1].split()
    assert len(plugins) == announced.count("=") and "webhooks" in announced
    described_needs = described(wheel, "METADATA")
    assert all(
        f"Requires-Dist: {need}" in described_needs for need in ("packaging", "sqlalchemy[asyncio]", "strawberry")
    )


def test_the_next_version_of_the_outside_plugin_is_the_first_with_what_differs(tmp_path: Path) -> None:
    first, second = (workshop.wheel_of_wishes(version, tmp_path) for version in ("1.0.0", "1.1.0"))
    assert (first.name, second.name) == tuple(f"vetrina_wishes-{each}-py3-none-any.whl" for each in ("1.0.0", "1.1.0"))
    more = {"vetrina_wishes/api/notes.py", "vetrina_wishes/migrations/0002_note.py"}
    assert names_in(second) - names_in(first) == more and names_in(first) < names_in(second)
    assert {"vetrina_wishes/plugin.toml", "vetrina_wishes/py.typed"} < names_in(first)


def entered(text: str) -> set[str]:
    """The rooms a module enters that are not public, and other plugins."""
    contracts: Any = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    rule = next(each for each in contracts if each["name"] == "Doors and plugins touch the public rooms only")
    found: set[str] = set()
    for node in ast.walk(planted(text).tree):
        if isinstance(node, ast.ImportFrom):
            found |= {node.module or "", *(f"{node.module}.{alias.name}" for alias in node.names)}
        elif isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
    private = {name for name in found for room in rule["forbidden_modules"] if f"{name}.".startswith(f"{room}.")}
    return private | {name for name in found if name.startswith("vetrina_") and not name.startswith("vetrina_wishes")}


def test_the_outside_plugin_enters_the_public_rooms_alone() -> None:
    files = [path for layer in ("v1", "v2") for path in (workshop.HERE / layer).rglob("*.py")]
    assert len(files) > 12
    assert {str(path): entered(path.read_text()) for path in files if entered(path.read_text())} == {}


@pytest.mark.parametrize(
    "line", ["from vetrina.shop.catalog import models", "from vetrina import boot", "import vetrina_admin"]
)
def test_a_private_room_is_noticed(line: str) -> None:
    assert entered(line)
