"""The import contracts hold, they bite, and they name every room and every plugin there is."""

import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
from tests.support.sources import ROOMS, ROOT

from vetrina.house.contracts import with_plugins

PYPROJECT = ROOT / "pyproject.toml"

VIOLATIONS = {
    "The house is built upward": ("core/vetrina/kernel/planted.py", "import vetrina.vocabulary"),
    "Modules of the shop are islands": (
        "core/vetrina/shop/cart/service.py",
        "def hidden() -> None:\n    import vetrina.shop.orders.models",
    ),
    "Inside a module: service does, models remember, rules decide": ("core/vetrina/shop/tax/helpers.py", "PLANTED = 1"),
    "Only flows and views enter the shop": ("core/vetrina/plugin/planted.py", "import vetrina.shop.cart.models"),
    "Views read tables; they never ask a service": (
        "core/vetrina/views/planted.py",
        "import vetrina.shop.staff.service",
    ),
    "Rules are pure": ("core/vetrina/shop/pricing/rules.py", "import vetrina.kernel.clock"),
    "Doors and plugins touch the public rooms only": (
        "storefront_api/vetrina_storefront/planted.py",
        "import vetrina.plugin.loader",
    ),
    "Plugins speak to the core, not to the doors": (
        "plugins/vetrina_importers/planted.py",
        "import vetrina_storefront",
    ),
    "The web framework stays at the doors": ("core/vetrina/flows/planted.py", "import litestar"),
    "GraphQL stays in its rooms": ("core/vetrina/views/planted_too.py", "import strawberry"),
    "Payment services stay in their rooms": ("core/vetrina/flows/planted_too.py", "import mollie"),
    "No circles anywhere": ("core/vetrina/kernel/clock.py", "import vetrina.kernel.context"),
}
"""For each contract a line in a place that breaks it."""


def contracts() -> list[dict[str, Any]]:
    return tomllib.loads(PYPROJECT.read_text())["tool"]["importlinter"]["contracts"]


def lint(root: Path) -> tuple[int, str]:
    """Run the contracts of a checkout over its own sources; the exit code and what was said."""
    path = os.pathsep.join(str(root / room) for room in ROOMS)
    ran = subprocess.run(
        [
            sys.executable,
            "-c",
            "from importlinter.cli import lint_imports_command as run; run()",
            "--no-cache",
            "--no-logo",
        ],
        cwd=root,
        env={**os.environ, "PYTHONPATH": path},
        capture_output=True,
        text=True,
        check=False,
    )
    return ran.returncode, ran.stdout + ran.stderr


def test_the_contracts_hold() -> None:
    code, said = lint(ROOT)
    assert code == 0, said


def test_every_contract_bites(tmp_path: Path) -> None:
    for room in ROOMS:
        shutil.copytree(ROOT / room, tmp_path / room, ignore=shutil.ignore_patterns("node_modules", "__pycache__"))
    shutil.copy(PYPROJECT, tmp_path)
    for path, line in VIOLATIONS.values():
        planted = tmp_path / path
        planted.parent.mkdir(exist_ok=True)
        planted.write_text((planted.read_text() if planted.exists() else "") + f"\n{line}\n")
    code, said = lint(tmp_path)
    assert code == 1, said
    broken = set(re.findall(r"^(.+) BROKEN", said, re.MULTILINE))
    assert broken == set(VIOLATIONS), said


def test_every_contract_has_its_planted_violation() -> None:
    assert {contract["name"] for contract in contracts()} == set(VIOLATIONS)


def test_the_layers_name_every_room_of_the_house() -> None:
    layers = re.findall(r"vetrina\.\w+", " ".join(contracts()[0]["layers"]))
    folder = ROOT / "core" / "vetrina"
    rooms = {path.stem for path in folder.iterdir() if path.suffix == ".py" or (path / "__init__.py").exists()}
    assert set(layers) == {f"vetrina.{room}" for room in rooms - {"__init__"}}


def test_the_lists_of_plugins_are_those_of_the_folders() -> None:
    text = PYPROJECT.read_text()
    assert with_plugins(text, ROOT) == text, "run: make docs"


def test_every_plugin_is_announced_shipped_and_held_to_the_contracts() -> None:
    project = tomllib.loads(PYPROJECT.read_text())
    plugins = {path.parent.name for path in ROOT.glob("plugins/*/plugin.toml")}
    assert plugins == {path.name for path in ROOT.glob("plugins/*") if path.is_dir() and path.name != "__pycache__"}
    entries: dict[str, str] = project["project"]["entry-points"]["vetrina.plugins"]
    announced = {name: module.partition(".")[0] for name, module in entries.items()}
    assert plugins < set(announced.values())
    assert {name: f"vetrina_{name}" for name in announced} == announced
    assert {f"plugins/{plugin}" for plugin in plugins} < set(
        project["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]
    )
    assert plugins < set(project["tool"]["importlinter"]["root_packages"])


@pytest.mark.parametrize("room", ROOMS)
def test_no_module_has_a_second_identity(room: str) -> None:
    """From the root `core.vetrina` could be imported as well, and would give a second class of everything."""
    assert [name for name in sys.modules if name == room or name.startswith(f"{room}.")] == []
