"""Carriers: live rates, labels and tracking with the shop's own accounts at DHL Express, UPS and InPost Italia."""

from contextlib import AbstractAsyncContextManager
from typing import Any

from vetrina.events import OrderSent
from vetrina.plugin import Job, Provide, React, Site, hookimpl
from vetrina.plugin.admin import AdminPage, AdminPanel, AdminTile
from vetrina.plugin.declarations import Declaration
from vetrina.ports import Carrier
from vetrina_carriers import jobs
from vetrina_carriers.flows.following import begin_to_follow
from vetrina_carriers.kinds import KINDS
from vetrina_carriers.provider import AccountCarrier
from vetrina_carriers.readying import library_ready
from vetrina_carriers.settings import CarriersSettings


@hookimpl
def register_ports() -> list[Provide]:
    return [Provide(Carrier, kind.key, AccountCarrier(kind)) for kind in KINDS.values()]


@hookimpl
def register_reactions() -> list[React[Any]]:
    return [React(OrderSent, begin_to_follow)]


@hookimpl
def register_jobs(settings: CarriersSettings) -> list[Job]:
    return jobs.jobs(settings)


@hookimpl
def register_admin(settings: CarriersSettings) -> list[AdminPage | AdminPanel | AdminTile]:
    from vetrina_carriers import admin  # forms are most of what importing the plugin would cost

    return admin.pages(settings)


@hookimpl
def register_declarations(settings: CarriersSettings) -> list[Declaration]:
    from vetrina_carriers import declarations

    return declarations.declarations(settings)


@hookimpl
def lifespan(site: Site) -> AbstractAsyncContextManager[None]:
    return library_ready(site)


@hookimpl
def build_routes(site: Site) -> list[Any]:
    from vetrina_carriers.routes import routes

    return routes(site)
