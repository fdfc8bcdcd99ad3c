"""The routes: /graphql and the dated /api/<version>/graphql.json, with the explorer for browsers."""

from typing import Any

import msgspec

from vetrina.graphql.http import Endpoint, Headers, Question, Sharing, handler
from vetrina.graphql.pacing import Pace
from vetrina.graphql.schema import ComposedSchema
from vetrina.kernel.context import BUYER, Actor, Context
from vetrina.plugin import Site
from vetrina.views.customers import customer_by_token
from vetrina_storefront.accounts.door import account_routes
from vetrina_storefront.bearing import Admit, Bearers, admitting
from vetrina_storefront.context import names_no_buyer, place_asked_for, token_asked_for, told_in_context
from vetrina_storefront.dated import dated
from vetrina_storefront.explorer import explorer_page, explorer_routes
from vetrina_storefront.owners import owner_of
from vetrina_storefront.pages import page_routes
from vetrina_storefront.schema import compose_storefront


def routes(site: Site) -> list[Any]:
    """Everything the storefront answers."""
    explorer = explorer_routes() if site.settings.explorer else []
    graphql = handler(endpoint_of(site, compose_storefront(site.graphql)), "/graphql")
    return [
        graphql,
        dated(graphql),
        *explorer,
        *page_routes(site),
        *account_routes(site),
    ]


def endpoint_of(site: Site, schema: ComposedSchema) -> Endpoint:
    """The API of a shop, for a schema with what its plugins contribute."""
    bearers = Bearers(site.shop.db)
    # By default nobody needs a token, and one that is unknown is nothing: front ends of the public API all send one.
    admit = admitting(bearers) if site.settings.storefront_tokens == "required" else None
    return Endpoint(
        schema=schema,
        admit=admit,
        make_context=_context_maker(site, bearers, admit),
        draw_trail=site.draw_trail,
        owner_of=owner_of,
        page=explorer_page() if site.settings.explorer else None,
        is_open_to_browsers=True,
        documents=site.documents,
        is_closed=site.settings.documents == "trusted",
        pace=Pace(site.settings.new_documents, site.settings.new_documents_at_once),
        sharing=_sharing(site),
    )


def _sharing(site: Site) -> Sharing:
    settings = site.settings
    return Sharing(
        version=site.shop.db.shared_version,
        capacity=settings.response_cache * 1_000_000,
        max_age=settings.response_cache_seconds,
        public_max_age=settings.public_max_age,
        is_anybodys=names_no_buyer,
    )


async def _signed_in(ctx: Context, token: str) -> Context:
    """The context of the customer whose token that is; anybody's where it opens nothing."""
    customer = await customer_by_token(ctx.db, token, ctx.now())
    if customer is None:
        return ctx
    return msgspec.structs.replace(ctx, actor=Actor("buyer", id=customer.id, name=f"customer:{customer.id}"))


def _context_maker(site: Site, bearers: Bearers, admit: Admit | None) -> Any:
    async def make_context(_: None, headers: Headers, question: Question) -> Context:
        if admit is not None and question.operation.is_subscription:
            await admit(headers)  # again before each of its answers: a token may have been revoked meanwhile
        node = question.operation.node
        place = await site.markets.place(*place_asked_for(node, question.variables))
        told = told_in_context(node, question.variables)
        ctx = site.context_at(place, BUYER, question.trail, client=await bearers.client(headers), **told)
        token = token_asked_for(node, question.variables)
        return ctx if token is None else await _signed_in(ctx, token)

    return make_context
