"""The route /admin/graphql: nothing of a request is read before its token has been looked up."""

from collections.abc import Awaitable, Callable
from typing import Any

from vetrina.flows.staff.tokens import authenticate
from vetrina.graphql.http import Endpoint, Headers, Question, handler
from vetrina.kernel.context import Actor, Context
from vetrina.kernel.errors import NotSignedIn
from vetrina.plugin import Site
from vetrina_admin.api.desk import seated
from vetrina_admin.api.schema import compose_admin
from vetrina_admin.api.uploads import upload_route

PATH = "/admin/graphql"


def routes(site: Site) -> list[Any]:
    """Everything the API answers."""
    endpoint = Endpoint(
        schema=compose_admin(site.permissions, site.graphql),
        admit=_doorkeeper(site),
        make_context=_context_maker(site),
        draw_trail=site.draw_trail,
    )

    async def make_context(actor: Actor) -> Context:
        return await site.context(actor)

    return [handler(endpoint, PATH), upload_route(_doorkeeper(site), make_context)]


def _doorkeeper(site: Site) -> Callable[[Headers], Awaitable[Actor]]:
    async def admit(headers: Headers) -> Actor:
        scheme, _, token = headers.get("authorization", "").partition(" ")
        actor = await authenticate(site.shop, token.strip()) if scheme.lower() == "bearer" else None
        if actor is None:
            raise NotSignedIn
        return actor

    return admit


def _context_maker(site: Site) -> Callable[[Actor, Headers, Question], Awaitable[Context]]:
    async def make_context(actor: Actor, _: Headers, question: Question) -> Context:
        return await seated(site, actor)

    return make_context
