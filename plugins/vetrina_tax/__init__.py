"""EU VAT: dated rates, OSS threshold and report, reverse charge with VAT id check, exports and exemptions."""

from typing import Any

import click

from vetrina.plugin import GraphQLFields, GraphQLRoots, Job, Provide, React, hookimpl
from vetrina.plugin.admin import AdminPage, AdminPanel, AdminTile
from vetrina.plugin.declarations import Declaration
from vetrina.ports import BuyerField, DestinationPrices, TaxProvider
from vetrina_tax import declarations, jobs, reactions
from vetrina_tax.asking import VatIdField
from vetrina_tax.provider import EuVat, NetPrices
from vetrina_tax.settings import TaxSettings


@hookimpl
def register_ports(settings: TaxSettings) -> list[Provide]:
    vat = EuVat(settings)
    net = [Provide(DestinationPrices, "tax", NetPrices(vat))] if settings.prices == "net" else []
    return [Provide(TaxProvider, "tax", vat), Provide(BuyerField, "tax", VatIdField(settings)), *net]


@hookimpl
def register_reactions(settings: TaxSettings) -> list[React[Any]]:
    return reactions.reactions(settings)


@hookimpl
def register_jobs(settings: TaxSettings) -> list[Job]:
    return jobs.jobs(settings)


@hookimpl
def register_graphql(settings: TaxSettings) -> list[GraphQLFields | GraphQLRoots]:
    from vetrina_tax import graphql  # half of what importing the plugin would cost, with the pages

    return graphql.contributed(settings)


@hookimpl
def register_admin(settings: TaxSettings) -> list[AdminPage | AdminPanel | AdminTile]:
    from vetrina_tax import admin

    return admin.pages(settings)


@hookimpl
def register_declarations(settings: TaxSettings) -> list[Declaration]:
    return declarations.declarations(settings)


@hookimpl
def register_commands() -> list[click.Command]:
    from vetrina_tax import commands

    return commands.commands()
