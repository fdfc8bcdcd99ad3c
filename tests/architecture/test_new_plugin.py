"""make new-plugin begins a plugin that loads, is tested, and is held to the contracts from its first minute."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner
from tests.architecture.test_rooms import lint
from tests.support.sources import ROOMS, ROOT

from vetrina.house import __main__ as commands
from vetrina.house.contracts import with_plugins
from vetrina.house.new_plugin import BadName, write_plugin

LEFT_OUT = shutil.ignore_patterns("node_modules", "__pycache__", "samples")


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A copy of the house in which two plugins were begun: `gift`, and `mute`, which is small."""
    root = tmp_path_factory.mktemp("checkout")
    for room in ROOMS:
        shutil.copytree(ROOT / room, root / room, ignore=LEFT_OUT)
    shutil.copytree(ROOT / "tests" / "support", root / "tests" / "support", ignore=LEFT_OUT)
    shutil.copy(ROOT / "tests" / "conftest.py", root / "tests")
    shutil.copy(ROOT / "pyproject.toml", root)
    write_plugin(root, "gift")
    write_plugin(root, "mute", small=True)
    yield root


def run(root: Path, *arguments: str, rooms: Iterable[str] = ROOMS) -> "subprocess.CompletedProcess[str]":
    """Run Python over the copy's own sources, or over these rooms of it and our own others."""
    path = os.pathsep.join(str(root / room) for room in rooms)
    environment = {**os.environ, "PYTHONPATH": path, "VETRINA_TEST_ENGINES": "sqlite"}
    return subprocess.run(
        [sys.executable, *arguments], cwd=root, env=environment, capture_output=True, text=True, check=False
    )


def test_its_tests_pass_and_fail_when_it_does_nothing(checkout: Path) -> None:
    module = checkout / "plugins" / "vetrina_mute" / "__init__.py"
    module.write_text(module.read_text().replace('log.info("thank you"', 'log.debug("nothing"'))
    # All four of them are run in tests/kit/test_new_author.py, from a distribution.
    tests = ["tests/plugins/test_gift.py::test_gift_counts_what_was_ordered", "tests/plugins/test_mute.py"]
    ran = run(checkout, "-m", "pytest", *tests, "-p", "no:cacheprovider", rooms=["plugins"])
    assert ran.returncode == 1, ran.stdout + ran.stderr
    assert "1 failed, 1 passed" in ran.stdout
    assert "FAILED tests/plugins/test_mute.py::test_mute_says_thank_you" in ran.stdout


def test_it_is_in_the_lists(checkout: Path) -> None:
    text = (checkout / "pyproject.toml").read_text()
    assert 'gift = "vetrina_gift"' in text
    assert '"plugins/vetrina_gift"' in text
    assert with_plugins(text, checkout) == text


def test_a_new_plugin_keeps_the_contracts_and_is_held_to_them(checkout: Path) -> None:
    """Where two lines break them, nothing else does: without these two they are kept."""
    planted = checkout / "plugins" / "vetrina_gift" / "planted.py"
    planted.write_text("import vetrina.shop.cart.models\nimport vetrina_bell\n")
    try:
        code, said = lint(checkout)
    finally:
        planted.unlink()
    assert code == 1
    told = set(re.findall(r"^- +(.+) \(l\.\d+\)$", said, re.MULTILINE))
    assert told == {
        "vetrina_gift.planted -> vetrina.shop.cart.models",
        "vetrina_gift.planted -> vetrina_bell",
    }, said
    assert set(re.findall(r"^(.+) BROKEN", said, re.MULTILINE)) == {
        "The house is built upward",
        "Only flows and views enter the shop",
        "Doors and plugins touch the public rooms only",
    }, said


def test_it_is_written_in_the_house_style(checkout: Path) -> None:
    written = [str(path) for name in ("gift", "mute") for path in checkout.rglob(f"*{name}*") if path.suffix != ".pyc"]
    for verb in (["check"], ["format", "--check"]):
        ran = run(checkout, "-m", "ruff", *verb, "--no-cache", *written)
        assert ran.returncode == 0, ran.stdout + ran.stderr


@pytest.mark.parametrize(
    "name",
    ["", "Gift", "gift-card", "1gift", "gift card", "../gift", "class", "a" * 25, "orders", "admin", "testing", "gift"],
)
def test_names_that_cannot_be_are_refused(checkout: Path, name: str) -> None:
    before = sorted((checkout / "plugins").iterdir())
    with pytest.raises(BadName):
        write_plugin(checkout, name)
    assert sorted((checkout / "plugins").iterdir()) == before


def test_the_refusal_is_said_on_the_command_line(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(commands, "ROOT", checkout)
    ran = CliRunner().invoke(commands.main, ["new-plugin", "Gift"])
    assert ran.exit_code == 1
    assert "'Gift': a plugin's name is a word" in ran.stderr
