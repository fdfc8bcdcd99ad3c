"""Which plugins are installed, from what, and whether their files are those that somebody has looked at."""

import hashlib
import importlib
from collections.abc import Iterable
from importlib.metadata import Distribution, entry_points
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

GROUP = "vetrina.plugins"
OUR_OWN = "vetrina"
"""The distribution whose files come with the core's: they need no digest of their own."""
KINDS = frozenset({".py", ".toml", ".json", ".sql", ".html", ".css", ".js", ".graphql"})
"""Files that decide what a plugin does."""


class Installed(msgspec.Struct, frozen=True):
    """A plugin as it is installed: the module of its hooks, its distribution and version."""

    name: str
    hooks: str
    distribution: str = ""
    version: str = ""
    is_watched: bool = False
    """Whether a change of its files is to be confirmed: not for our own, nor for one its author is working on."""

    @property
    def package(self) -> str:
        """The package the hooks stand in: where plugin.toml and the migrations are."""
        return self.hooks.partition(".")[0]


class Told(NamedTuple):
    """What a distribution says of itself: the last fields of Installed."""

    distribution: str
    version: str
    is_watched: bool


def installed() -> dict[str, Installed]:
    """Every package that announces itself, by the plugin's name. Packages installed a moment ago are found too."""
    importlib.invalidate_caches()
    found: dict[str, Installed] = {}
    told: dict[int, Told] = {}  # a distribution announces many, and its files are read once for all of them
    for entry in entry_points(group=GROUP):
        if entry.dist is None:
            about = Told("", "", False)
        elif (about := told.get(id(entry.dist))) is None:
            about = told[id(entry.dist)] = _told(entry.dist)
        found.setdefault(entry.name, Installed(entry.name, entry.value, *about))
    return found


def wanted(names: Iterable[str]) -> dict[str, Installed]:
    """Those of the names that are to be loaded: as installed, else the module `vetrina_<name>`."""
    known = installed()
    return {name: known.get(name) or Installed(name, f"vetrina_{name}") for name in names}


def folder_of(package: str) -> Path | None:
    """Where an importable package has its files, found without importing it; None when there is none."""
    spec = find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        return None
    return Path(next(iter(spec.submodule_search_locations)))


def migrations() -> dict[str, Path]:
    """Plugin name to its folder of migrations, for every installed plugin with tables, on or off."""
    folders: dict[str, Path] = {}
    for plugin in installed().values():
        folder = folder_of(plugin.package)
        if folder is not None and (folder / "migrations").is_dir():
            folders[plugin.name] = folder / "migrations"
    return folders


def digest(package: str) -> str:
    """SHA-256 over a package's files, by their paths and contents; empty when it is not there."""
    folder = folder_of(package)
    if folder is None:
        return ""
    fold = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        if path.suffix in KINDS and path.is_file() and "__pycache__" not in path.parts:
            fold.update(f"{path.relative_to(folder)}\0".encode())
            fold.update(hashlib.sha256(path.read_bytes()).digest())
    return fold.hexdigest()


def digests(names: Iterable[str]) -> dict[str, str]:
    """The digests of those whose files are watched, by name."""
    packages = wanted(names)
    return {name: digest(package.package) for name, package in packages.items() if package.is_watched}


def _told(distribution: Distribution) -> Told:
    origin: dict[str, Any] = msgspec.json.decode(distribution.read_text("direct_url.json") or "{}")
    is_edited = bool(origin.get("dir_info", {}).get("editable"))
    name = distribution.name
    return Told(name, distribution.version, name != OUR_OWN and not is_edited)
