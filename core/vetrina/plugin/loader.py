"""Find, check, order, import, collect: from names of plugins to what they contribute."""

from collections.abc import Iterable
from importlib import import_module
from importlib.metadata import entry_points
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType
from typing import Any

import msgspec
import pluggy
import structlog

import vetrina
from vetrina.kernel.jobs import Job
from vetrina.plugin import hookspecs
from vetrina.plugin.contributions import GraphQLFields, GraphQLRoots, Provide, React
from vetrina.plugin.manifest import Manifest, ManifestRefused, check_manifest, read_manifest

log = structlog.get_logger(__name__)

DOORS = ("storefront", "admin")


class Loaded(msgspec.Struct, frozen=True):
    """A plugin that is in: its manifest, its module and its settings."""

    manifest: Manifest
    module: ModuleType
    settings: Any

    @property
    def name(self) -> str:
        return self.manifest.name


class LeftOut(msgspec.Struct, frozen=True):
    """A plugin that should be on and is not, with the sentence that says why."""

    name: str
    reason: str


class Collected(msgspec.Struct, frozen=True):
    """Everything plugins contributed, each with its owner's name, in loading order."""

    loaded: tuple[Loaded, ...]
    left_out: tuple[LeftOut, ...]
    ports: tuple[tuple[str, Provide], ...]
    reactions: tuple[tuple[str, React[Any]], ...]
    jobs: tuple[tuple[str, Job], ...]
    graphql: tuple[tuple[str, GraphQLFields | GraphQLRoots], ...]
    admin: tuple[tuple[str, Any], ...]
    commands: tuple[tuple[str, Any], ...]


def installed() -> dict[str, str]:
    """Plugin name to the module that holds its hooks, for every package that announces itself."""
    return {entry.name: entry.value for entry in entry_points(group="vetrina.plugins")}


def package_of(module: str) -> str:
    """The package a module of hooks stands in: where plugin.toml and the migrations are."""
    return module.partition(".")[0]


def load(
    names: Iterable[str], stored_settings: dict[str, dict[str, Any]] | None = None, *, strict: bool = False
) -> Collected:
    """Load the doors and the named plugins. What cannot be loaded is left out and said; strict raises instead."""
    known = installed()
    modules = {name: known.get(name, f"vetrina_{name}") for name in (*DOORS, *names)}
    left_out: list[LeftOut] = []
    manifests = _read_all(modules, left_out)
    loaded: list[Loaded] = []
    for manifest in _by_requirement(manifests):
        try:
            check_manifest(manifest, vetrina.__version__, {plugin.name for plugin in loaded})
            stored = (stored_settings or {}).get(manifest.name, {})
            loaded.append(_import(manifest, modules[manifest.name], stored))
        except Exception as error:  # a plugin may fail in any way while it is imported
            left_out.append(LeftOut(manifest.name, _sentence(error)))
    collected = _collect(loaded, left_out)
    for entry in collected.left_out:
        log.warning("plugin left out", plugin=entry.name, reason=entry.reason)
    if strict and collected.left_out:
        raise ManifestRefused("; ".join(f"{entry.name}: {entry.reason}" for entry in collected.left_out))
    return collected


def _read_all(modules: dict[str, str], left_out: list[LeftOut]) -> dict[str, Manifest]:
    manifests: dict[str, Manifest] = {}
    for name, module in modules.items():
        try:
            manifest = read_manifest(package_of(module))
            if manifest.name != name:
                raise ManifestRefused(f"the package says it is {manifest.name}")
            manifests[name] = manifest
        except ManifestRefused as refusal:
            left_out.append(LeftOut(name, str(refusal)))
    return manifests


def _by_requirement(manifests: dict[str, Manifest]) -> list[Manifest]:
    """Required plugins first; otherwise the order given. A circle leaves its members where they stand."""
    ordered: dict[str, Manifest] = {}

    def place(manifest: Manifest, above: tuple[str, ...]) -> None:
        for other in manifest.requires:
            if other in manifests and other not in above:
                place(manifests[other], (*above, manifest.name))
        ordered.setdefault(manifest.name, manifest)

    for manifest in manifests.values():
        place(manifest, ())
    return list(ordered.values())


def _import(manifest: Manifest, hooks: str, stored: dict[str, Any]) -> Loaded:
    """Import the module of hooks and let pluggy check them: names, arguments, spelling."""
    module = import_module(hooks)
    manager = pluggy.PluginManager("vetrina")
    manager.add_hookspecs(hookspecs)
    manager.register(module, manifest.name)
    manager.check_pending()
    settings = None
    if manifest.settings is not None:
        holder, _, name = manifest.settings.partition(":")
        settings = getattr(import_module(holder), name)(**stored)
    return Loaded(manifest, module, settings)


def _collect(loaded: list[Loaded], left_out: list[LeftOut]) -> Collected:
    """Call each plugin's registering hooks by itself, so that every contribution carries its owner's name."""
    kept: list[Loaded] = []
    found: dict[str, list[tuple[str, Any]]] = {hook: [] for hook in _REGISTERING}
    for plugin in loaded:
        try:
            own = {hook: [(plugin.name, item) for item in call_hook(plugin, hook) or ()] for hook in _REGISTERING}
            for job in (item for _, item in own["register_jobs"]):
                if not job.name.startswith(f"{plugin.name}."):
                    raise ManifestRefused(f"its job {job.name} must begin with {plugin.name}.")
        except Exception as error:  # a plugin may fail in any way while it declares itself
            left_out.append(LeftOut(plugin.name, _sentence(error)))
            continue
        kept.append(plugin)
        for hook, items in own.items():
            found[hook].extend(items)
    return Collected(
        loaded=tuple(kept),
        left_out=tuple(left_out),
        ports=tuple(found["register_ports"]),
        reactions=tuple(found["register_reactions"]),
        jobs=tuple(found["register_jobs"]),
        graphql=tuple(found["register_graphql"]),
        admin=tuple(found["register_admin"]),
        commands=tuple(found["register_commands"]),
    )


_REGISTERING = (
    "register_ports",
    "register_reactions",
    "register_jobs",
    "register_graphql",
    "register_admin",
    "register_commands",
)


def call_hook(plugin: Loaded, hook: str, **given: Any) -> Any:
    """Call one plugin's implementation with the arguments it names; None where it has none."""
    function = getattr(plugin.module, hook, None)
    if function is None or not hasattr(function, "vetrina_impl"):
        return None
    names, defaults = pluggy._hooks.varnames(function)
    arguments = {"settings": plugin.settings, **given}
    return function(**{name: arguments[name] for name in (*names, *defaults) if name in arguments})


def _sentence(error: Exception) -> str:
    return str(error) if isinstance(error, ManifestRefused) else f"{type(error).__name__}: {error}"


def migrations() -> dict[str, Path]:
    """Plugin name to its folder of migrations, for every installed plugin with tables, on or off."""
    folders: dict[str, Path] = {}
    for name, module in installed().items():
        spec = find_spec(package_of(module))
        if spec is None or not spec.submodule_search_locations:
            continue
        folder = Path(next(iter(spec.submodule_search_locations))) / "migrations"
        if folder.is_dir():
            folders[name] = folder
    return folders
