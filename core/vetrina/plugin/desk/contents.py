"""What a plugin that is in contributes, as the catalogue tells it."""

from collections.abc import Callable, Mapping
from typing import Any, cast

import msgspec

from vetrina.kernel.jobs import Job
from vetrina.plugin.admin import AdminPage, AdminPanel, AdminTile
from vetrina.plugin.collected import Collected
from vetrina.plugin.contributions import GraphQLFields, GraphQLRoots, Provide, React
from vetrina.plugin.declarations import DemoRows, HealthCheck, Kpi, LedgerCheck, MetafieldDefinition, PersonalData


class Contribution(msgspec.Struct, frozen=True):
    """What a plugin adds, by kind: port, reaction, job, graphql, page, panel, tile, check, kpi, command..."""

    kind: str
    names: tuple[str, ...]


def contributions(collected: Collected, name: str) -> tuple[Contribution, ...]:
    """Everything one plugin contributes, by kind; nothing while it is not in."""
    sides = (
        collected.ports, collected.reactions, collected.jobs, collected.graphql, collected.admin,
        collected.declarations, collected.commands,
    )  # fmt: skip
    found: dict[str, list[str]] = {}
    for owner, item in (pair for side in sides for pair in side):
        if owner == name:
            kind, tell = _KINDS.get(cast("type[Any]", type(item)), _COMMAND)
            found.setdefault(kind, []).append(tell(item))
    return tuple(Contribution(kind, tuple(names)) for kind, names in found.items())


def _roots(item: GraphQLRoots) -> str:
    names = [kind.__name__ for kind in (item.query, item.mutation) if kind is not None]
    return f"{item.api}: {', '.join(names) or 'types'}"


_KINDS: Mapping[type[Any], tuple[str, Callable[[Any], str]]] = {
    Provide: ("port", lambda item: f"{item.port.__name__} {item.key}"),
    React: ("reaction", lambda item: item.event.__name__),
    Job: ("job", lambda item: item.name),
    GraphQLFields: ("graphql", lambda item: f"{item.api}: {item.on}"),
    GraphQLRoots: ("graphql", _roots),
    AdminPage: ("page", lambda item: item.path),
    AdminPanel: ("panel", lambda item: item.slot),
    AdminTile: ("tile", lambda item: item.name),
    HealthCheck: ("check", lambda item: item.name),
    LedgerCheck: ("ledger", lambda item: item.name),
    Kpi: ("kpi", lambda item: item.code),
    PersonalData: ("personal", lambda item: item.name),
    MetafieldDefinition: ("metafield", lambda item: f"{item.owner_type}.{item.key}"),
    DemoRows: ("demo", lambda item: item.run.__name__),
}
_COMMAND: tuple[str, Callable[[Any], str]] = ("command", lambda item: str(item.name))
"""What else there is: click commands, of whatever class."""
