"""Types of the desk: plugins with their settings, ports, and what goes when one is removed."""

from collections.abc import Mapping
from enum import Enum
from typing import Any

import msgspec
import strawberry

from vetrina.graphql.scalars import JSON
from vetrina.plugin.desk import PluginCard, PortCard, Removal, SettingsCard
from vetrina.plugin.words import LANGUAGES


@strawberry.enum(description="How a plugin stands.")
class PluginState(Enum):
    AVAILABLE = strawberry.enum_value("available", description="Installed and never on.")
    ON = "on"
    OFF = "off"
    LEFT_OUT = strawberry.enum_value("left_out", description="It should be on and is not; the reason says why.")
    CHANGED = strawberry.enum_value("changed", description="Its files are not those that were confirmed.")
    RESTART = strawberry.enum_value("restart", description="It runs other code than is installed now.")
    REMOVED = strawberry.enum_value("removed", description="Its package is gone.")


@strawberry.type(description="A permission that a plugin brings.")
class PluginPermission:
    code: str
    description: str


@strawberry.type(description="What a plugin adds, by kind: port, reaction, job, graphql, page, check, kpi…")
class PluginContribution:
    kind: str
    names: list[str]


@strawberry.type(description="Something of a plugin to look at, in this process.")
class PluginProblem:
    kind: str = strawberry.field(description="breaker, blocks, leaks, failures or deliveries.")
    work: str
    count: int
    detail: str


@strawberry.type(description="A plugin that is installed, or was.")
class Plugin:
    name: str
    title: str
    description: str
    version: str
    distribution: str
    state: PluginState
    reason: str = strawberry.field(description="Why it is not simply on or off.")
    is_door: bool = strawberry.field(description="A door of the shop: it cannot be switched off.")
    is_on: bool = strawberry.field(description="Whether the shop wants it on.")
    requires: list[str]
    missing_plugins: list[str]
    needs: list[str]
    missing_modules: list[str]
    permissions: list[PluginPermission]
    has_settings: bool
    has_tables: bool
    tables: list[str] = strawberry.field(description="Those of its tables that stand.")
    slots: list[str]
    contributions: list[PluginContribution]
    problems: list[PluginProblem]


@strawberry.type(description="A plugin's settings as they are kept, and what they may be.")
class PluginSettings:
    schema: JSON = strawberry.field(description="JSON Schema.")
    values: JSON = strawberry.field(description="Of a secret only whether there is one: {isSet}.")
    token: str = strawberry.field(description="Given back with other values, it says what they replace.")
    problem: str = strawberry.field(description="Why what is kept is not valid any more; then these are defaults.")


@strawberry.type(description="One implementation of a port.")
class PluginPortPlace:
    key: str
    plugin: str


@strawberry.type(description="A port that plugins serve, the first asked first.")
class PluginPort:
    name: str
    policy: str = strawberry.field(description="What it promises when a plugin fails: veto, required or optional.")
    deadline: float = strawberry.field(description="Seconds.")
    is_ordered: bool = strawberry.field(description="Whether somebody has put them in order.")
    places: list[PluginPortPlace]


@strawberry.type(description="A table of a plugin.")
class PluginTable:
    name: str
    rows: int
    bytes: int | None


@strawberry.type(description="Rows of the core that are about a plugin.")
class PluginTrace:
    kind: str
    rows: int


@strawberry.type(description="What goes when a plugin is removed.")
class PluginRemoval:
    name: str
    tables: list[PluginTable]
    traces: list[PluginTrace]
    stays: str | None = strawberry.field(description="What cannot be taken along: tables or metafields.")


class PermissionRow(msgspec.Struct, frozen=True):
    code: str
    description: str


class PlaceRow(msgspec.Struct, frozen=True):
    key: str
    plugin: str


class PortRow(msgspec.Struct, frozen=True):
    name: str
    policy: str
    deadline: float
    is_ordered: bool
    places: tuple[PlaceRow, ...]


class RemovalRow(msgspec.Struct, frozen=True):
    name: str
    tables: tuple[Any, ...]
    traces: tuple[Any, ...]
    stays: str | None


class SettingsRow(msgspec.Struct, frozen=True):
    schema: Mapping[str, Any]
    values: Mapping[str, Any]
    token: str
    problem: str


def language_of(asked: str | None) -> str:
    """The language to answer in: as asked, if the admin speaks it."""
    return asked if asked in LANGUAGES else LANGUAGES[0]


def plugin_of(card: PluginCard, language: str = LANGUAGES[0]) -> Plugin:
    """A card of the catalogue on the wire."""
    fields: Any = {name: getattr(card, name) for name in card.__struct_fields__ if name != "said"}
    permissions = tuple(PermissionRow(code, card.said(code, language)) for code in card.permissions)
    words = {name: card.said(name, language) for name in ("title", "description")}
    return Plugin(**fields | words | {"permissions": permissions, "state": PluginState(card.state)})


def port_of(card: PortCard) -> PortRow:
    """A port on the wire."""
    places = tuple(PlaceRow(place.key, place.owner) for place in card.places)
    return PortRow(card.name, card.policy, card.deadline, card.is_ordered, places)


def removal_of(removal: Removal) -> RemovalRow:
    """What goes, on the wire."""
    return RemovalRow(removal.name, removal.tables, removal.traces, removal.stays or None)


def settings_of(card: SettingsCard) -> SettingsRow:
    """Settings on the wire."""
    return SettingsRow(card.schema, card.values, card.token, card.problem)
