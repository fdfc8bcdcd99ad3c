"""Who asks: the customer behind the access token. The directive @inContext as this API declares it."""

from typing import Any

import strawberry
from strawberry.directive import DirectiveLocation

from vetrina.flows.accounts.tokens import customer_of
from vetrina.graphql import Info, ctx_of
from vetrina.graphql.http import Endpoint, Headers, Question
from vetrina.graphql.pacing import Pace
from vetrina.graphql.schema import ComposedSchema
from vetrina.kernel.context import Actor, Context
from vetrina.kernel.errors import NotSignedIn
from vetrina.plugin import Site
from vetrina_storefront.context import place_asked_for
from vetrina_storefront.enums import CountryCode, LanguageCode


@strawberry.directive(
    locations=[DirectiveLocation.QUERY, DirectiveLocation.MUTATION],
    name="inContext",
    description="Answers for a country and in a language.",
)
def in_context(
    country: CountryCode | None = strawberry.UNSET,
    language: LanguageCode | None = strawberry.UNSET,
    preferred_location_id: strawberry.ID | None = strawberry.UNSET,
) -> None:
    """Read before anything runs; by itself it does nothing."""


def endpoint_of(site: Site, schema: ComposedSchema) -> Endpoint:
    """The API of a shop, for a schema with what its plugins contribute."""
    return Endpoint(
        schema=schema,
        admit=_doorkeeper(site),
        make_context=_context_maker(site),
        draw_trail=site.draw_trail,
        owner_of=_owner_of,
        is_open_to_browsers=True,
        pace=Pace(site.settings.new_documents, site.settings.new_documents_at_once),
    )


def customer_id_of(info: Info) -> int:
    """The customer who asks."""
    customer_id = ctx_of(info).actor.id
    if customer_id is None:
        raise NotSignedIn
    return customer_id


def _doorkeeper(site: Site) -> Any:
    async def admit(headers: Headers) -> Actor:
        """Front ends send the token by itself, or after the word Bearer."""
        given = headers.get("authorization", "").strip()
        token = given[7:].strip() if given[:7].lower() == "bearer " else given
        actor = await customer_of(site.shop, token)
        if actor is None:
            raise NotSignedIn
        return actor

    return admit


def _context_maker(site: Site) -> Any:
    async def make_context(actor: Actor, headers: Headers, question: Question) -> Context:
        country, language = place_asked_for(question.operation.node, question.variables)
        return await site.context(actor, country, language, trail=question.trail)

    return make_context


def _owner_of(ctx: Context, _: Any) -> str | None:
    """An Idempotency-Key belongs to the customer."""
    return f"customer {ctx.actor.id}"
