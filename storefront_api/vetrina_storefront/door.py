"""The routes: /graphql and the dated /api/<version>/graphql.json, with the explorer for browsers."""

from typing import Any

import msgspec

from vetrina.graphql.http import Endpoint, Headers, Question, Sharing, handler
from vetrina.graphql.pacing import Pace
from vetrina.graphql.requests import CLIENT
from vetrina.graphql.schema import ComposedSchema
from vetrina.kernel.context import BUYER, Actor, Context
from vetrina.plugin import Site
from vetrina.views.customers import customer_by_token
from vetrina_storefront.accounts.door import account_routes
from vetrina_storefront.context import names_no_buyer, place_asked_for, token_asked_for
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
    return Endpoint(
        schema=schema,
        admit=None,  # reads and carts need no token; those of the public API are accepted and mean nothing here
        make_context=_context_maker(site),
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


def _context_maker(site: Site) -> Any:
    async def make_context(_: None, headers: Headers, question: Question) -> Context:
        country, language = place_asked_for(question.operation.node, question.variables)
        place = await site.markets.place(country, language)
        ctx = site.context_at(place, BUYER, question.trail, client=headers.get(CLIENT.decode(), ""))
        token = token_asked_for(question.operation.node, question.variables)
        return ctx if token is None else await _signed_in(ctx, token)

    return make_context
