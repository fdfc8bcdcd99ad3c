"""A mailbox for demos and development: what the shop would have sent is kept and shown, and nothing is sent."""

from typing import Any

from vetrina.plugin import PersonalData, Provide, Say, Site, hookimpl
from vetrina.plugin.admin import AdminPage, AdminPanel
from vetrina.plugin.declarations import Declaration
from vetrina.ports import MailProvider
from vetrina_mailbox import admin, keeping


@hookimpl
def register_ports() -> list[Provide]:
    return [Provide(MailProvider, "mailbox", keeping.Mailbox())]


@hookimpl
def register_admin() -> list[AdminPage | AdminPanel]:
    return admin.pages()


@hookimpl
def build_routes(site: Site) -> list[Any]:
    from vetrina_mailbox.routes import routes

    return routes(site)


@hookimpl
def register_declarations() -> list[Declaration]:
    holds = Say("Mails that were kept instead of sent", it="Mail conservate invece di essere inviate")
    return [PersonalData("mails", holds, keeping.export, keeping.erase)]
