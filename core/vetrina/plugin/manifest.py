"""plugin.toml, read without importing the plugin."""

import tomllib
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import msgspec
from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.version import Version

from vetrina.kernel.errors import Fault


class ManifestRefused(Fault):
    """The plugin cannot be loaded; the sentence says why and what would help."""


class Manifest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a plugin says about itself. `vetrina` is the range of versions it works with."""

    name: str
    title: str
    vetrina: str
    description: str = ""
    requires: tuple[str, ...] = ()
    """Other plugins, by name."""
    needs: tuple[str, ...] = ()
    """Importable modules it cannot do without."""
    settings: str | None = None
    """module:Class of a pydantic model; every field needs a default, so that switching on never fails."""
    tables: bool = False
    permissions: dict[str, str] = {}
    speaks: tuple[str, ...] = ()
    """Contract names (root fields and types) this plugin claims instead of prefixing its own."""
    door: bool = False
    """A door to the shop: cannot be switched off, stays in safe mode."""


def read_manifest(package: str) -> Manifest:
    """The manifest of an installed package. Raises ManifestRefused when there is none, or a wrong one."""
    spec = find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise ManifestRefused(f"the package {package} is not installed")
    path = Path(next(iter(spec.submodule_search_locations))) / "plugin.toml"
    try:
        content: dict[str, Any] = tomllib.loads(path.read_text())
        return msgspec.convert(content, Manifest)
    except FileNotFoundError:
        raise ManifestRefused(f"{package} has no plugin.toml") from None
    except (tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        raise ManifestRefused(f"plugin.toml of {package} is not right: {error}") from None


def check_manifest(manifest: Manifest, version: str, loadable: set[str]) -> None:
    """Refuse what could not work: a wrong version of Vetrina, a missing plugin, a missing module."""
    try:
        fits = Version(version) in SpecifierSet(manifest.vetrina)
    except InvalidSpecifier:
        raise ManifestRefused(f"{manifest.name} names no valid range of versions: {manifest.vetrina!r}") from None
    if not fits:
        raise ManifestRefused(f"{manifest.name} works with Vetrina {manifest.vetrina}; this is {version}")
    for other in manifest.requires:
        if other not in loadable:
            raise ManifestRefused(f"{manifest.name} requires the plugin {other}: switch it on first")
    for module in manifest.needs:
        if find_spec(module) is None:
            raise ManifestRefused(f"{manifest.name} needs the module {module}: install vetrina[{manifest.name}]")
