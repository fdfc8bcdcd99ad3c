"""plugin.toml, read without importing the plugin."""

import re
import tomllib
from importlib.util import find_spec
from typing import Any

import msgspec
from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.version import Version

from vetrina.kernel.errors import Fault
from vetrina.plugin.discovery import folder_of

RESERVED = frozenset({
    "catalog", "cart", "core", "corrections", "customers", "delivery", "inventory", "markets", "metafields",
    "mail", "orders", "payments", "plugins", "pricing", "staff", "taxation",
    "accounts", "admin", "alembic", "deliveries", "documents", "graphql", "house", "idempotency", "inbox", "job",
    "kernel", "media", "outbox", "plugin", "prices", "shop", "stock", "storefront", "testing", "tokens",
})  # fmt: skip
"""Names whose tables, permissions, addresses or pages would be mistaken for the core's."""
_NAME = re.compile("[a-z][a-z0-9_]{0,39}")


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
    deeds: dict[str, str] = {}
    """What its flows write into the audit log, by the code they write, as people read it: "Issued an invoice"."""
    speaks: tuple[str, ...] = ()
    """Contract names (root fields and types) this plugin claims instead of prefixing its own."""
    slots: tuple[str, ...] = ()
    """Where on the admin's own pages its panels may appear; see vetrina.plugin.admin.SLOTS."""
    words: dict[str, dict[str, str]] = {}
    """Title, description, permissions and deeds in other languages: words.it.title, words.it."reviews.moderate"."""
    paths: tuple[str, ...] = ()
    """Addresses it answers outside of /<name>, such as /sitemap.xml."""
    door: bool = False
    """A door to the shop: cannot be switched off, stays in safe mode."""

    def said(self, key: str, language: str) -> str:
        """The title, the description, or what a permission or a deed says, in that language (ISO 639-1)."""
        own = {"title": self.title, "description": self.description, **self.permissions, **self.deeds}
        return self.words.get(language, {}).get(key) or own.get(key, key)


def read_manifest(package: str) -> Manifest:
    """The manifest of an installed package. Raises ManifestRefused when there is none, or a wrong one."""
    folder = folder_of(package)
    if folder is None:
        raise ManifestRefused(f"the package {package} is not installed")
    try:
        content: dict[str, Any] = tomllib.loads((folder / "plugin.toml").read_text(encoding="utf-8"))
        return _prefixed(msgspec.convert(content, Manifest))
    except FileNotFoundError:
        raise ManifestRefused(f"{package} has no plugin.toml") from None
    except (tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        raise ManifestRefused(f"plugin.toml of {package} is not right: {error}") from None


def _prefixed(manifest: Manifest) -> Manifest:
    """Raises ManifestRefused for a name or a permission that could be mistaken for somebody else's."""
    if manifest.name in RESERVED and not manifest.door:
        raise ManifestRefused(f"{manifest.name} is the core's own word: its tables and permissions begin with it")
    if not _NAME.fullmatch(manifest.name):
        raise ManifestRefused(f"{manifest.name!r} is no name for a plugin: small letters, digits and underscores")
    for code in manifest.permissions:
        if not manifest.door and not code.startswith(f"{manifest.name}."):
            raise ManifestRefused(f"its permission {code} must begin with {manifest.name}.")
    for code in {"title", "description", *manifest.permissions} & {*manifest.deeds}:
        raise ManifestRefused(f"{code} cannot be a deed too: its words in other languages would be mistaken for others")
    return manifest


def _is_there(module: str) -> bool:
    try:
        return find_spec(module) is not None
    except ModuleNotFoundError:  # the package that it would stand in
        return False


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
    for module in missing_modules(manifest):
        raise ManifestRefused(f"{manifest.name} needs the module {module}: install the package that brings it")


def missing_modules(manifest: Manifest) -> tuple[str, ...]:
    """The modules it needs that are not installed."""
    return tuple(module for module in manifest.needs if not _is_there(module))
