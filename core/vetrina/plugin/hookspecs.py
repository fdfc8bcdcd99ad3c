"""The nine hooks, typed and documented. All are synchronous and called once, when a Runtime is composed.

Each may take the arguments it names and leave out the rest. `settings` is the plugin's own settings, an instance of
the class its manifest names; a plugin without one receives None. A change of settings composes a new Runtime, so a
hook never sees them change.
"""

# A hook specification is a signature and a docstring; it has no body to return from.
# pyright: reportReturnType=false

from contextlib import AbstractAsyncContextManager
from typing import TYPE_CHECKING, Any

import pluggy

if TYPE_CHECKING:
    import click

    from vetrina.kernel.jobs import Job
    from vetrina.plugin.admin import AdminPage, AdminPanel, AdminTile
    from vetrina.plugin.contributions import GraphQLFields, GraphQLRoots, Provide, React
    from vetrina.plugin.declarations import Declaration
    from vetrina.plugin.means import Means
    from vetrina.plugin.site import Site

hookspec = pluggy.HookspecMarker("vetrina")
hookimpl = pluggy.HookimplMarker("vetrina")


@hookspec
def register_ports(settings: Any, means: "Means") -> "list[Provide]":
    """Serve ports: a payment provider, delivery options, price rules, a catalogue format.

    `means` are the shop's clock and its way out, for ports whose calls bring no context.
    """


@hookspec
def register_reactions(settings: Any) -> "list[React[Any]]":
    """Hear events after they are committed."""


@hookspec
def register_jobs(settings: Any) -> "list[Job]":
    """Do work on a schedule, or that flows put off."""


@hookspec
def register_graphql(settings: Any) -> "list[GraphQLFields | GraphQLRoots]":
    """Add fields and roots to the storefront's or the admin's schema."""


@hookspec
def register_admin(settings: Any) -> "list[AdminPage | AdminPanel | AdminTile]":
    """Add pages, panels and tiles to the admin."""


@hookspec
def register_declarations(settings: Any) -> "list[Declaration]":
    """Declare health checks, KPIs, personal data, metafields and rows for the demo."""


@hookspec
def register_commands(settings: Any) -> "list[click.Command]":
    """Add click commands under `vetrina <plugin>`; `vetrina.plugin.commands` opens the shop for them."""


@hookspec
def build_routes(site: "Site", settings: Any) -> list[Any]:
    """Answer HTTP: litestar route handlers, built over the finished registry. Doors live by this hook."""


@hookspec
def lifespan(site: "Site", settings: Any) -> AbstractAsyncContextManager[None]:
    """Hold something open as long as the Runtime serves."""
