"""Order mails: who buys is written to about his order, once for each occasion, in his language."""

from typing import Any

from vetrina.plugin import Provide, React, Site, hookimpl
from vetrina.plugin.admin import AdminPage
from vetrina.plugin.declarations import Declaration
from vetrina.ports import OrderLetters
from vetrina_order_mails import admin, declarations, reactions
from vetrina_order_mails.confirming import Letters
from vetrina_order_mails.settings import OrderMailsSettings


@hookimpl
def register_ports() -> list[Provide]:
    return [Provide(OrderLetters, "order_mails", Letters())]


@hookimpl
def register_reactions(settings: OrderMailsSettings) -> list[React[Any]]:
    return reactions.reactions(settings)


@hookimpl
def register_admin() -> list[AdminPage]:
    return admin.pages()


@hookimpl
def register_declarations() -> list[Declaration]:
    return declarations.declarations()


@hookimpl
def build_routes(site: Site) -> list[Any]:
    from vetrina_order_mails.routes import routes

    return routes(site)
