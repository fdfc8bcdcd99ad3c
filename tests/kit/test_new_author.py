"""plugins/README.md leads a newcomer to a plugin: its commands are run, and its test passes."""

import re
import shlex
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from tests.support.sources import ROOT

from vetrina.cli import main
from vetrina.house.new_plugin import BadName, NotEmpty, write_distribution
from vetrina.kernel.db import Model
from vetrina.testing import Workshop, a_shop

README = (ROOT / "plugins" / "README.md").read_text()
DEMO = "vetrina demo --without-history"
ELSEWHERE = {
    "pip install 'vetrina[testing]'": "tests/outside_plugin/test_outside.py",
    "python -m pip wheel --no-deps --wheel-dir dist .": "tests/outside_plugin/test_wheels.py",
    DEMO: "tests/demo/test_readme.py",
    "make new-plugin NAME=gift": "tests/architecture/test_new_plugin.py",
    ".venv/bin/pytest tests/plugins/test_gift.py": "tests/architecture/test_new_plugin.py",
    ".venv/bin/vetrina doctor gift --at-least gold": "tests/kit/test_doctor.py",
}
"""Commands that are run by other tests."""

pytestmark = pytest.mark.embedded


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)


def commands() -> Iterator[str]:
    return (line for block in blocks("sh") for line in block.splitlines() if line == DEMO or line not in ELSEWHERE)


@pytest.fixture
def as_author(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An empty folder, and a place where pip puts what it installs."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(str(tmp_path / "vetrina-gift"))  # pyright: ignore[reportUnknownMemberType]
    monkeypatch.syspath_prepend(str(tmp_path / "site"))  # pyright: ignore[reportUnknownMemberType]
    yield tmp_path
    for name in [name for name in sys.modules if name.partition(".")[0] == "vetrina_gift"]:
        del sys.modules[name]
    for mapper in [mapper for mapper in Model.registry.mappers if mapper.class_.__module__.startswith("vetrina_gift")]:
        Model.metadata.remove(mapper.local_table)  # pyright: ignore[reportArgumentType]


@pytest.mark.timeout(120)
def test_every_command_works_in_an_empty_folder(as_author: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ran = list[str]()
    for line in commands():
        program, *arguments = shlex.split(line)
        ran.append(program)
        if line == DEMO:  # a shop where the demo would have opened its own
            Path("var").mkdir()
            CliRunner().invoke(main, ["setup", "--database-url", "sqlite:///var/demo.sqlite3"], catch_exceptions=False)
        elif program == "cd":
            monkeypatch.chdir(arguments[0])
        elif program == "vetrina":
            # Its tests have been run by the line before; types and costs are looked at by make check.
            quick = ["--quick"] if arguments[0] == "doctor" else []
            done = CliRunner().invoke(main, [*arguments, *quick])
            assert done.exit_code == 0, (line, done.output)
        else:
            code, said = run_for_real(program, arguments, as_author)
            assert code == 0, (line, said)
    assert ran.count("vetrina") == 4
    assert ran[:4] == ["vetrina", "cd", "pip", "pytest"]


def run_for_real(program: str, arguments: list[str], folder: Path) -> tuple[int, str]:
    """pytest as it is; of pip what needs no network and by uv, into a folder of this test and not this environment."""
    pip = [sys.executable, "-m", "uv", "pip"]
    offline = ["--quiet", "--no-cache", "--no-deps", "--no-build-isolation", "--no-index"]
    if program == "pip":
        assert arguments == ["install", "-e", ".[test]"]
        command = [*pip, "install", *offline, "--target", str(folder / "site"), "."]
    else:
        command = [sys.executable, "-m", program, "-q", "-p", "no:cacheprovider", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout + done.stderr


def test_commands_run_elsewhere_are() -> None:
    lines = [line for block in blocks("sh") for line in block.splitlines()]
    assert set(ELSEWHERE) < set(lines)
    assert [place for place in ELSEWHERE.values() if not (ROOT / place).exists()] == []


async def test_the_test_in_it_passes(clock: Any) -> None:
    [block] = [block for block in blocks("python") if "async def test_" in block]
    written: dict[str, Any] = {}
    exec(block, written)
    async with a_shop(["bell"], clock=clock) as shop:
        assert isinstance(shop, Workshop)
        await written["test_a_gift_is_wrapped"](shop)
    line = next(block for block in blocks("python") if "pytest_plugins" in block)
    assert line in (ROOT / "core/vetrina/house/beginnings/outside/conftest.py.in").read_text()


def test_a_distribution_begins_in_an_empty_folder_only(tmp_path: Path) -> None:
    with pytest.raises(BadName):
        write_distribution(tmp_path / "orders", "orders")
    (tmp_path / ".git").mkdir()
    written = write_distribution(tmp_path, "gift_card", small=True)
    project = tomllib.loads((tmp_path / "pyproject.toml").read_text())
    assert project["project"]["entry-points"]["vetrina.plugins"] == {"gift_card": "vetrina_gift_card"}
    assert project["project"]["name"] == "vetrina-gift-card"
    assert tmp_path / "tests" / "test_gift_card.py" in written
    with pytest.raises(NotEmpty, match="name a new folder"):
        write_distribution(tmp_path, "gift_card")
    assert "is not empty" in CliRunner().invoke(main, ["new-plugin", "gift", "--in", str(tmp_path)]).output
