"""What is asked of a plugin's contributions before they are taken: the right types, prefixes, and whole ports."""

from collections.abc import Callable, Iterable, Mapping
from inspect import iscoroutinefunction
from typing import Any, cast

import click

from vetrina.flows.forgetting import ERASE
from vetrina.kernel.contracts import lacks
from vetrina.kernel.jobs import Job
from vetrina.kernel.messages import Event
from vetrina.kernel.registry import Policy
from vetrina.plugin.admin import SLOTS, AdminPage, AdminPanel, AdminTile
from vetrina.plugin.contributions import GraphQLFields, GraphQLRoots, Provide, React
from vetrina.plugin.declarations import DemoRows, HealthCheck, Kpi, LedgerCheck, MetafieldDefinition, PersonalData
from vetrina.plugin.manifest import Manifest, ManifestRefused
from vetrina.views.metafields import METAFIELD_TYPES
from vetrina.views.permissions import CORE_PERMISSIONS

KINDS: Mapping[str, tuple[type[Any], ...]] = {
    "register_ports": (Provide,),
    "register_reactions": (React,),
    "register_jobs": (Job,),
    "register_graphql": (GraphQLFields, GraphQLRoots),
    "register_admin": (AdminPage, AdminPanel, AdminTile),
    "register_declarations": (HealthCheck, LedgerCheck, Kpi, PersonalData, MetafieldDefinition, DemoRows),
    "register_commands": (click.Command,),
}
"""Each registering hook and what it may return."""


def taken(manifest: Manifest, hook: str, answer: Any) -> list[Any]:
    """What one hook returned, looked at. Raises ManifestRefused with the sentence that says what is wrong with it."""
    if answer is None:
        return []
    if not isinstance(answer, Iterable):
        raise ManifestRefused(f"{hook} returned {type(answer).__name__}, which is no list")
    items: list[Any] = list(answer)  # pyright: ignore[reportUnknownArgumentType]
    for item in items:
        kind = cast("type[Any]", type(item))
        if not isinstance(item, KINDS[hook]):
            allowed = " or ".join(kind.__name__ for kind in KINDS[hook])
            raise ManifestRefused(f"{hook} returned a {kind.__name__}: it returns {allowed}")
        for attribute in _ASYNC.get(kind, ()):
            _is_async(getattr(item, attribute), f"{attribute} of a {kind.__name__}")
        look = _LOOKS.get(kind)
        if look is not None:
            look(manifest, item)
    return items


def _look_at_port(_: Manifest, item: Provide) -> None:
    port = item.port
    if not isinstance(getattr(port, "policy", None), Policy):
        raise ManifestRefused(f"{port.__name__} is no port: see vetrina.ports")
    missing = lacks(item.implementation, port)
    if missing:
        name = type(item.implementation).__name__
        raise ManifestRefused(f"{name} is no {port.__name__}: its {', '.join(missing)} is not there, or not as async")


def _look_at_reaction(_: Manifest, item: React[Any]) -> None:
    event: Any = item.event
    if not (isinstance(event, type) and issubclass(event, Event)):
        raise ManifestRefused(f"{item.event!r} is no event: see vetrina.events")
    if not hasattr(item.run, "__name__"):
        raise ManifestRefused("a reaction is a function with a name: its cursor is kept under it")


def _look_at_job(manifest: Manifest, item: Job) -> None:
    _belongs(manifest, item.name, "job")
    if item.name == f"{manifest.name}.{ERASE}":
        raise ManifestRefused(f"its job cannot be called {item.name}: that is how PersonalData is erased")


FILTERED_OWNERS = ("Product", "ProductVariant")
FILTERED_TYPES = ("boolean", "color", "number_decimal", "number_integer", "single_line_text_field")
"""Metafields whose values buyers can read and tick."""


def _look_at_kpi(manifest: Manifest, item: Kpi) -> None:
    _belongs(manifest, item.code, "KPI")


def _look_at_metafield(_: Manifest, item: MetafieldDefinition) -> None:
    if item.type not in METAFIELD_TYPES:
        raise ManifestRefused(f"its metafield {item.key} is a {item.type!r}, which is no type of metafields")
    if item.filterable and (item.owner_type not in FILTERED_OWNERS or item.type not in FILTERED_TYPES):
        raise ManifestRefused(
            f"its metafield {item.key} cannot be filterable: those of {' and '.join(FILTERED_OWNERS)} can that are "
            f"{', '.join(FILTERED_TYPES)}"
        )


def _look_at_page(manifest: Manifest, item: AdminPage) -> None:
    _is_known(manifest, item.permission, f"the page {item.path!r}")
    for action in item.actions:
        _is_known(manifest, action.permission, f"the action {action.name}")
        _is_async(action.run, f"the action {action.name} of the page {item.path!r}")
        if action.form_of is not None:
            _is_async(action.form_of, f"form_of of the action {action.name} of the page {item.path!r}")


def _look_at_panel(manifest: Manifest, item: AdminPanel) -> None:
    _is_known(manifest, item.permission, f"the panel in {item.slot!r}")
    if item.slot not in SLOTS:
        raise ManifestRefused(f"there is no slot {item.slot!r} in the admin: there are {', '.join(SLOTS)}")
    if item.slot not in manifest.slots:
        raise ManifestRefused(f"its panel is for {item.slot!r}: the manifest must say slots = [{item.slot!r}]")


def _look_at_tile(manifest: Manifest, item: AdminTile) -> None:
    _is_known(manifest, item.permission, f"the tile {item.name}")


def _is_known(manifest: Manifest, permission: str, what: str) -> None:
    if permission not in manifest.permissions and permission not in CORE_PERMISSIONS:
        raise ManifestRefused(f"{what} asks for {permission}, which is no permission of the core or of its manifest")


def _belongs(manifest: Manifest, name: str, kind: str) -> None:
    if not name.startswith(f"{manifest.name}."):
        raise ManifestRefused(f"its {kind} {name} must begin with {manifest.name}.")


def _is_async(function: Any, what: str) -> None:
    """Objects with an async __call__, and partials of coroutine functions, pass as well."""
    inner: Any = getattr(function, "func", function)
    of_object = vars(cast("type[Any]", type(inner))).get("__call__")
    if not (iscoroutinefunction(inner) or iscoroutinefunction(of_object)):
        raise ManifestRefused(f"{what} must be an async function")


_LOOKS: Mapping[type[Any], Callable[[Manifest, Any], None]] = {
    Provide: _look_at_port,
    React: _look_at_reaction,
    Job: _look_at_job,
    Kpi: _look_at_kpi,
    MetafieldDefinition: _look_at_metafield,
    AdminPage: _look_at_page,
    AdminPanel: _look_at_panel,
    AdminTile: _look_at_tile,
}
_ASYNC: Mapping[type[Any], tuple[str, ...]] = {
    React: ("run",),
    Job: ("run",),
    AdminPage: ("show",),
    AdminPanel: ("show",),
    AdminTile: ("show",),
    HealthCheck: ("run",),
    LedgerCheck: ("run",),
    Kpi: ("compute",),
    PersonalData: ("export", "erase"),
    DemoRows: ("run",),
}
"""Attributes that hold functions to be awaited."""
