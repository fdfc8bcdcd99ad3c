"""A plugin to begin with, in a checkout of Vetrina or as a distribution: both are written from beginnings/."""

import keyword
import re
from collections.abc import Mapping
from pathlib import Path
from string import Template

from vetrina.house.contracts import write_plugins
from vetrina.kernel.errors import Fault

BEGINNINGS = Path(__file__).parent / "beginnings"
NAME = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")
LONGEST = 24
TAKEN = frozenset({
    "catalog", "cart", "checkout", "core", "corrections", "customers", "delivery", "inventory", "markets", "metafields",
    "mail", "orders", "payments", "plugins", "pricing", "staff", "taxation",
    "storefront", "admin", "outbox", "inbox", "job", "plugin", "house", "kernel", "testing",
})  # fmt: skip
"""Names whose tables, permissions or pages would be mistaken for the core's."""


class BadName(Fault):
    """A plugin cannot be called that."""


class NotEmpty(Fault):
    """There is something already where the plugin would begin."""


def write_plugin(root: Path, name: str, *, small: bool = False) -> list[Path]:
    """Write the plugin's files into a checkout, and its name into the lists; their paths. Raises BadName."""
    folder = root / "plugins" / f"vetrina_{name}"
    check_name(name)
    if folder.exists():
        raise BadName(f"{folder.relative_to(root)} is already there")
    tests = root / "tests" / "plugins"
    files = _files("small" if small else "full", folder, folder / "README.md", tests / f"test_{name}.py", name)
    written = _write(files, _words(name, install=""))
    write_plugins(root)
    return written


def write_distribution(folder: Path, name: str, *, small: bool = False) -> list[Path]:
    """Write a distribution of its own into an empty folder; the paths. Raises BadName, NotEmpty."""
    check_name(name)
    if folder.exists() and (not folder.is_dir() or any(path.name != ".git" for path in folder.iterdir())):
        raise NotEmpty(f"{folder} is not empty: name a new folder with --in")
    package = folder / f"vetrina_{name}"
    beginning = "small" if small else "full"
    files = _files(beginning, package, folder / "README.md", folder / "tests" / f"test_{name}.py", name)
    outside = BEGINNINGS / "outside"
    files |= {
        folder / "pyproject.toml": outside / "pyproject.toml.in",
        folder / ".gitignore": outside / "gitignore.in",
        folder / "tests" / "conftest.py": outside / "conftest.py.in",
    }
    return _write(files, _words(name, install=f"    pip install vetrina-{name.replace('_', '-')}\n"))


def check_name(name: str) -> None:
    """Raises BadName for what is no word, or somebody else's."""
    if not NAME.fullmatch(name) or len(name) > LONGEST or keyword.iskeyword(name):
        raise BadName(f"{name!r}: a plugin's name is a word of a to z, digits and _, at most {LONGEST} characters")
    if name in TAKEN:
        raise BadName(f"{name!r} is the core's own word")


def _files(beginning: str, package: Path, readme: Path, test: Path, name: str) -> dict[Path, Path]:
    """Where each file goes, and what it is made of."""
    elsewhere = {"README.md": readme, "test.py": test, "migrations/0001.py": package / f"migrations/0001_{name}.py"}
    files = dict[Path, Path]()
    for source in sorted((BEGINNINGS / beginning).rglob("*.in")):
        place = str(source.relative_to(BEGINNINGS / beginning)).removesuffix(".in")
        files[elsewhere.get(place, package / place)] = source
    return files


def _words(name: str, *, install: str) -> dict[str, str]:
    pascal = name.title().replace("_", "")
    return {
        "name": name,
        "title": name.replace("_", " ").capitalize(),
        "pascal": pascal,
        "camel": pascal[0].lower() + pascal[1:],
        "dashed": f"vetrina-{name.replace('_', '-')}",
        "install": install,
    }


def _write(files: Mapping[Path, Path], words: Mapping[str, str]) -> list[Path]:
    for path, source in files.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(Template(source.read_text()).substitute(words))
    return list(files)
