"""What came of loading plugins: which are in, which are left out and why, and all they contribute."""

from types import ModuleType
from typing import Any

import msgspec

from vetrina.kernel.errors import Fault
from vetrina.kernel.jobs import Job
from vetrina.plugin.admin import AdminPage, AdminPanel, AdminTile
from vetrina.plugin.contributions import GraphQLFields, GraphQLRoots, Provide, React
from vetrina.plugin.declarations import Declaration
from vetrina.plugin.discovery import Installed
from vetrina.plugin.manifest import Manifest

DOORS = ("storefront", "admin")
LOST = "lost"
"""Under which the `opt` of a door's Router has what answers a browser at an address below it that is no route's."""
"""Plugins that are people's way in: they cannot be switched off, and stay in safe mode."""


class Loaded(msgspec.Struct, frozen=True):
    """A plugin that is in: its manifest, its module, its settings, what it was installed from."""

    manifest: Manifest
    module: ModuleType
    settings: Any
    package: Installed
    digest: str = ""
    """Of its files, where a change of them is to be confirmed; see `Installed.is_watched`."""
    seconds: float = 0.0
    """How long importing it took."""

    @property
    def name(self) -> str:
        return self.manifest.name


class LeftOut(msgspec.Struct, frozen=True):
    """A plugin that should be on and is not, with the sentence that says why."""

    name: str
    reason: str


class LeaveOut(Fault):
    """Raised while a Runtime is composed: the plugin `owner` would spoil it, and is left out for that reason."""

    def __init__(self, owner: str, reason: str) -> None:
        self.owner = owner
        super().__init__(reason)


class Collected(msgspec.Struct, frozen=True):
    """Everything plugins contributed, each with its owner's name, in loading order."""

    loaded: tuple[Loaded, ...]
    left_out: tuple[LeftOut, ...]
    ports: tuple[tuple[str, Provide], ...]
    reactions: tuple[tuple[str, React[Any]], ...]
    jobs: tuple[tuple[str, Job], ...]
    graphql: tuple[tuple[str, GraphQLFields | GraphQLRoots], ...]
    admin: tuple[tuple[str, AdminPage | AdminPanel | AdminTile], ...]
    declarations: tuple[tuple[str, Declaration], ...]
    commands: tuple[tuple[str, Any], ...]

    def find(self, name: str) -> Loaded | None:
        """The plugin of that name, if it is in."""
        return next((plugin for plugin in self.loaded if plugin.name == name), None)

    def reconsidering(self, name: str) -> "Collected":
        """The same, as if nothing had kept that plugin out."""
        return msgspec.structs.replace(self, left_out=tuple(entry for entry in self.left_out if entry.name != name))

    def without(self, owner: str, reason: str) -> "Collected":
        """The same plugins but one, which is left out for that reason with all it contributed."""

        def keep(items: tuple[tuple[str, Any], ...]) -> tuple[tuple[str, Any], ...]:
            return tuple(item for item in items if item[0] != owner)

        return Collected(
            loaded=tuple(plugin for plugin in self.loaded if plugin.name != owner),
            left_out=(*self.left_out, LeftOut(owner, reason)),
            ports=keep(self.ports),
            reactions=keep(self.reactions),
            jobs=keep(self.jobs),
            graphql=keep(self.graphql),
            admin=keep(self.admin),
            declarations=keep(self.declarations),
            commands=keep(self.commands),
        )


NOTHING = Collected((), (), (), (), (), (), (), (), ())
"""No plugin at all."""
