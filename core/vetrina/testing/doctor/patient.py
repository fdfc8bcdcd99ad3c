"""The plugin that is examined: its files, its manifest, what it contributes, its tests."""

import ast
import re
import sys
from collections.abc import Iterator, Sequence
from functools import cached_property
from importlib import import_module
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from pkgutil import resolve_name
from typing import Any

from pydantic import BaseModel, SecretStr

from vetrina.kernel.db import Model, table_of
from vetrina.plugin.collected import DOORS, Collected
from vetrina.plugin.discovery import OUR_OWN, Installed, folder_of, installed, wanted
from vetrina.plugin.loader import load
from vetrina.plugin.manifest import Manifest, ManifestRefused, missing_modules, read_manifest

TRACES = re.compile("e_?mail|phone|(first|last|full|person|customer|buyer)_name|address|street|birth|customer")
"""What is in the names of columns that hold something about a person."""


class Patient:
    """A plugin by its name. Raises ManifestRefused where there is none, or one whose manifest cannot be read."""

    def __init__(self, name: str, *, quick: bool = False) -> None:
        self.name = name
        self.is_quick = quick
        """Whether what takes long, its tests and its types, is left to whoever runs them anyway."""
        self.package: Installed = wanted([name])[name]
        folder = folder_of(self.package.package)
        if folder is None:
            raise ManifestRefused(f"{name} is not installed, and there is no package {self.package.package} to import")
        self.folder: Path = folder
        self.manifest: Manifest = read_manifest(self.package.package)

    @property
    def is_installed(self) -> bool:
        """Whether it announces itself, or merely can be imported."""
        return self.name in installed()

    @cached_property
    def needed(self) -> tuple[str, ...]:
        """The plugins it cannot do without, and theirs."""
        found = dict[str, None]()
        waiting = list(self.manifest.requires)
        while waiting:
            other = waiting.pop()
            if other not in found:
                found[other] = None
                waiting += read_manifest(wanted([other])[other].package).requires
        return tuple(reversed(found))

    @cached_property
    def neighbours(self) -> tuple[str, ...]:
        """Every plugin that ships with Vetrina."""
        ours = (name for name, package in installed().items() if package.distribution == OUR_OWN)
        return tuple(name for name in ours if name not in (*DOORS, self.name))

    @cached_property
    def at_hand(self) -> tuple[str, ...]:
        """Those of them that can load here: some need modules that come with an extra of the wheel alone."""
        known = installed()
        return tuple(name for name in self.neighbours if not missing_modules(read_manifest(known[name].package)))

    @cached_property
    def collected(self) -> Collected:
        """What it contributes by itself. Raises ManifestRefused where it does not load."""
        found = load([*self.needed, self.name], strict=True)
        for other in (*DOORS, *self.needed):
            found = found.without(other, "")
        return found

    def items(self, *kinds: type[Any]) -> list[Any]:
        """Everything of these kinds that it contributes."""
        sides = (
            self.collected.ports, self.collected.reactions, self.collected.jobs, self.collected.graphql,
            self.collected.admin, self.collected.declarations,
        )  # fmt: skip
        return [item for side in sides for _, item in side if isinstance(item, kinds)]

    @cached_property
    def migrations(self) -> Path | None:
        folder = self.folder / "migrations"
        return folder if folder.is_dir() else None

    @cached_property
    def tables(self) -> list[Any]:
        """Tables of its models."""
        if self.manifest.tables and (self.folder / "models.py").exists():
            import_module(f"{self.package.package}.models")
        prefix = f"{self.package.package}."
        classes = (mapper.class_ for mapper in Model.registry.mappers)
        return [table_of(each) for each in classes if f"{each.__module__}.".startswith(prefix)]

    @cached_property
    def settings(self) -> type[BaseModel] | None:
        return resolve_name(self.manifest.settings) if self.manifest.settings else None

    @cached_property
    def readme(self) -> str:
        """Beside its package, in it, or what its distribution says of itself."""
        places = [self.folder]
        if (self.folder.parent / "pyproject.toml").is_file():  # a checkout of its own
            places.append(self.folder.parent)
        for place in places:
            if (place / "README.md").is_file():
                return (place / "README.md").read_text(encoding="utf-8")
        try:
            about: Any = distribution(self.package.distribution or f"vetrina-{self.name}").metadata
        except PackageNotFoundError:
            return ""
        return str(about.get_payload() or about.get("Description") or "")

    @cached_property
    def tests(self) -> tuple[Path, ...]:
        """Its tests: beside its package, or in a checkout of Vetrina under its name."""
        root = self.folder.parent
        own = root / "tests"
        if own.is_dir() and (root / "pyproject.toml").is_file():
            return tuple(sorted(own.rglob("test_*.py")))
        shared = root.parent / "tests" / "plugins"
        files = {*shared.glob(f"test_{self.name}.py"), *shared.glob(f"test_{self.name}_*.py")}
        return tuple(sorted({*files, *(shared / self.name).rglob("test_*.py")}))

    @property
    def root(self) -> Path:
        """Where its tests are run: the folder of the pyproject.toml above them."""
        above = self.tests[0].parents if self.tests else [self.folder.parent]
        return next((folder for folder in above if (folder / "pyproject.toml").is_file()), self.folder.parent)

    def inherited(self) -> set[str]:
        """Names of the classes that classes in its tests inherit from."""
        trees = (ast.parse(path.read_text(encoding="utf-8")) for path in self.tests)
        nodes = (node for tree in trees for node in ast.walk(tree) if isinstance(node, ast.ClassDef))
        return {ast.unparse(parent).rpartition(".")[2] for node in nodes for parent in node.bases}


def secrets_of(model: type[BaseModel], above: str = "") -> Iterator[str]:
    """Names of the fields that hold secrets, those of models inside included."""
    for name, field in model.model_fields.items():
        for kind in _kinds(field.annotation):
            if kind is SecretStr:
                yield f"{above}{name}"
            elif isinstance(kind, type) and issubclass(kind, BaseModel):
                yield from secrets_of(kind, f"{above}{name}.")


def models_of(model: type[BaseModel]) -> Iterator[type[BaseModel]]:
    """A model and those inside it."""
    yield model
    for field in model.model_fields.values():
        for kind in _kinds(field.annotation):
            if isinstance(kind, type) and issubclass(kind, BaseModel):
                yield from models_of(kind)


def personal_columns(tables: Sequence[Any]) -> list[str]:
    """Columns that are about people by their names, or lead to customers."""
    found = list[str]()
    for table in tables:
        for column in table.columns:
            leads = any(key.target_fullname.startswith("customers_") for key in column.foreign_keys)
            if leads or TRACES.search(column.name):
                found.append(f"{table.name}.{column.name}")
    return found


def python() -> str:
    """The interpreter that runs what is run beside us."""
    return sys.executable


def _kinds(annotation: Any) -> Iterator[Any]:
    parts = getattr(annotation, "__args__", ())
    if not parts:
        yield annotation
    for part in parts:
        yield from _kinds(part)
