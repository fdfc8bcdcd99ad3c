"""Check, order, import, collect: from names of plugins to what they contribute. What cannot be loaded is left out."""

import time
from collections.abc import Callable, Iterable, Mapping
from importlib import import_module
from threading import Thread
from typing import Any, TypeVar

import msgspec
import pluggy
import structlog
from pydantic import ValidationError

import vetrina
from vetrina.kernel.crypto import Vault
from vetrina.plugin import hookspecs
from vetrina.plugin.collected import DOORS, NOTHING, Collected, LeftOut, Loaded
from vetrina.plugin.discovery import Installed, digest, wanted
from vetrina.plugin.manifest import Manifest, ManifestRefused, check_manifest, read_manifest
from vetrina.plugin.means import Means
from vetrina.plugin.neighbourly import KINDS, taken
from vetrina.plugin.settings import problems_told, unseal

log = structlog.get_logger(__name__)

T = TypeVar("T")

PATIENCE = 10.0
"""Seconds a plugin may take to be imported and to declare itself; one that takes longer is left out."""

IMPORTED_FROM = "__vetrina_imported_from__"
"""Where a module of hooks keeps the version and digest it was imported from: new files do not change it any more."""


class Wanted(msgspec.Struct, frozen=True):
    """A plugin the shop wants on: its settings as kept, and the digest somebody confirmed, if any."""

    name: str
    settings: Mapping[str, Any] = {}
    digest: str = ""
    problem: str = ""
    """A sentence that keeps it out before it is looked at, such as that its tables are not there."""


def load(
    plugins: Iterable[Wanted | str], vault: Vault | None = None, *, strict: bool = False, means: Means | None = None
) -> Collected:
    """Load the doors and the wanted plugins. What cannot be loaded is left out and said; strict raises instead."""
    asked = [Wanted(plugin) if isinstance(plugin, str) else plugin for plugin in (*DOORS, *plugins)]
    states = {plugin.name: plugin for plugin in asked}
    packages = wanted(states)
    left_out: list[LeftOut] = []
    manifests = _read_all(packages, left_out)
    collected, means = NOTHING, means or Means()
    for manifest in _by_requirement(manifests):
        loadable = {plugin.name for plugin in collected.loaded}
        try:
            part = _load_one(packages[manifest.name], manifest, states[manifest.name], loadable, vault, means)
        except Exception as error:  # a plugin may fail in any way while it is imported and declares itself
            left_out.append(LeftOut(manifest.name, _sentence(error)))
            continue
        collected = _joined(collected, part)
    collected = msgspec.structs.replace(collected, left_out=tuple(left_out))
    for entry in left_out:
        log.warning("plugin left out", plugin=entry.name, reason=entry.reason)
    if strict and left_out:
        raise ManifestRefused("; ".join(f"{entry.name}: {entry.reason}" for entry in left_out))
    return collected


def call_hook(plugin: Loaded, hook: str, **given: Any) -> Any:
    """Call one plugin's implementation with the arguments it names; None where it has none."""
    function = getattr(plugin.module, hook, None)
    if function is None or not hasattr(function, "vetrina_impl"):
        return None
    names, defaults = pluggy._hooks.varnames(function)
    arguments = {"settings": plugin.settings, **given}
    return function(**{name: arguments[name] for name in (*names, *defaults) if name in arguments})


def within_patience(name: str, act: Callable[[], T]) -> T:
    """Run plugin code that should take no time, beside us: one that hangs is left behind, with a sentence."""
    answers: list[T] = []
    errors: list[BaseException] = []

    def run() -> None:
        try:
            answers.append(act())
        except BaseException as error:
            errors.append(error)

    thread = Thread(target=run, name=f"loading-{name}", daemon=True)
    thread.start()
    thread.join(PATIENCE)
    if errors and isinstance(errors[0], Exception):
        raise errors[0]
    if errors:  # SystemExit and its like would end the process
        raise ManifestRefused(f"it tried to end the process: {type(errors[0]).__name__}: {errors[0]}") from errors[0]
    if not answers:
        raise ManifestRefused(f"it was not ready after {PATIENCE:g} s: what takes long belongs into lifespan or a job")
    return answers[0]


def read_settings(manifest: Manifest, kept: Mapping[str, Any], vault: Vault | None) -> Any:
    """The plugin's settings from what is kept. Raises what importing and validating them raises."""
    if manifest.settings is None:
        return None
    holder, _, name = manifest.settings.partition(":")
    opened = unseal(vault, manifest.name, kept) if vault is not None else dict(kept)
    return getattr(import_module(holder), name)(**opened)


def _load_one(
    package: Installed, manifest: Manifest, state: Wanted, loadable: set[str], vault: Vault | None, means: Means
) -> Collected:
    if state.problem:
        raise ManifestRefused(state.problem)
    check_manifest(manifest, vetrina.__version__, loadable)
    found = digest(package.package) if package.is_watched else ""
    if state.digest and found != state.digest:
        raise ManifestRefused("its files have changed since it was switched on: look at them and confirm the change")
    return within_patience(manifest.name, lambda: _collect(_import(package, manifest, state, found, vault), means))


def _import(package: Installed, manifest: Manifest, state: Wanted, found: str, vault: Vault | None) -> Loaded:
    """Import the module of hooks and let pluggy check them: names, arguments, spelling."""
    began = time.perf_counter()
    module = import_module(package.hooks)
    vars(module).setdefault(IMPORTED_FROM, (package.version, found))
    manager = pluggy.PluginManager("vetrina")
    manager.add_hookspecs(hookspecs)
    manager.register(module, manifest.name)
    manager.check_pending()
    try:
        settings = read_settings(manifest, state.settings, vault)
    except ValidationError as error:
        # By itself it would quote what was given: after an upgrade that may be a secret the class knows no more.
        raise ManifestRefused(f"its settings are not valid any more: {problems_told(error)}") from None
    return Loaded(manifest, module, settings, package, found, time.perf_counter() - began)


def _collect(plugin: Loaded, means: Means) -> Collected:
    """Call a plugin's registering hooks, so that every contribution carries its owner's name."""
    own = {
        hook: tuple((plugin.name, item) for item in taken(plugin.manifest, hook, call_hook(plugin, hook, means=means)))
        for hook in KINDS
    }
    return Collected(loaded=(plugin,), left_out=(), **{hook.removeprefix("register_"): own[hook] for hook in KINDS})


def _joined(before: Collected, more: Collected) -> Collected:
    fields = {name: (*getattr(before, name), *getattr(more, name)) for name in before.__struct_fields__}
    return Collected(**fields)


def _read_all(packages: Mapping[str, Installed], left_out: list[LeftOut]) -> dict[str, Manifest]:
    manifests: dict[str, Manifest] = {}
    for name, package in packages.items():
        try:
            manifest = read_manifest(package.package)
            if manifest.name != name:
                raise ManifestRefused(f"the package says it is {manifest.name}")
            manifests[name] = manifest
        except ManifestRefused as refusal:
            left_out.append(LeftOut(name, str(refusal)))
    return manifests


def _by_requirement(manifests: Mapping[str, Manifest]) -> list[Manifest]:
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


def _sentence(error: Exception) -> str:
    return str(error) if isinstance(error, ManifestRefused) else f"{type(error).__name__}: {error}"
