"""What lies on the disk: packages of plugins, their manifests and whether their files are those that are running."""

import asyncio
import sys
from collections.abc import Iterable

import msgspec

from vetrina.plugin.collected import DOORS
from vetrina.plugin.discovery import Installed, digest, folder_of, installed, wanted
from vetrina.plugin.loader import IMPORTED_FROM
from vetrina.plugin.manifest import Manifest, ManifestRefused, missing_modules, read_manifest


class OnDisk(msgspec.Struct, frozen=True):
    """A plugin as its package is now, whether the shop knows it or not."""

    package: Installed
    is_there: bool
    manifest: Manifest | None = None
    problem: str = ""
    """Why there is no manifest."""
    digest: str = ""
    """Of its files, where they are watched."""
    missing: tuple[str, ...] = ()
    """Modules it needs and that are not installed."""
    is_stale: bool = False
    """Whether this process runs other files than these: only a restart takes up new code."""


async def look(known: Iterable[str] = ()) -> dict[str, OnDisk]:
    """Every installed plugin and those the shop knows, by name, the doors first."""
    names = tuple(known)
    return await asyncio.to_thread(lambda: {name: _look(package) for name, package in _packages(names).items()})


async def look_at(name: str) -> OnDisk:
    """One plugin, as installed or as a package of its name."""
    return await asyncio.to_thread(lambda: _look(wanted([name])[name]))


def _packages(names: tuple[str, ...]) -> dict[str, Installed]:
    return wanted(dict.fromkeys((*DOORS, *sorted(installed()), *names)))


def _look(package: Installed) -> OnDisk:
    folder = folder_of(package.package)
    if folder is None or not folder.is_dir():  # of what is imported, Python remembers where it was
        return OnDisk(package, is_there=False, problem=f"the package {package.package} is not installed")
    found = digest(package.package) if package.is_watched else ""
    imported = vars(sys.modules[package.hooks]).get(IMPORTED_FROM) if package.hooks in sys.modules else None
    try:
        manifest = read_manifest(package.package)
    except ManifestRefused as refusal:
        return OnDisk(package, is_there=True, problem=str(refusal), digest=found)
    return OnDisk(
        package,
        is_there=True,
        manifest=manifest,
        digest=found,
        missing=missing_modules(manifest),
        is_stale=imported is not None and imported != (package.version, found),
    )
