"""The API under the public API's dated address; a header says which version answers."""

import re
from typing import Any, cast

from litestar import asgi
from litestar.exceptions import NotFoundException
from litestar.handlers import ASGIRouteHandler
from litestar.types import Message, Receive, Scope, Send

from vetrina_storefront.versions import served_for

_ADDRESS = re.compile(r"(?:/api)?/([^/]+)/graphql\.json/?")


def dated(graphql: ASGIRouteHandler) -> ASGIRouteHandler:
    """The route /api/<version>/graphql.json of what also answers without a date."""

    @asgi("/api", is_mount=True, copy_scope=False)  # a part of the path with a name is for routes with a method
    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        found = _ADDRESS.fullmatch(scope["path"])
        served = served_for(found[1]) if found else None
        if served is None:
            problem = "Ask /api/<version>/graphql.json: a year and the first month of a quarter, or unstable."
            raise NotFoundException(problem)
        marks = [(name, served.encode()) for name in (b"x-vetrina-api-version", b"x-shopify-api-version")]

        async def send_marked(message: Message) -> None:
            said = cast(Any, message)
            if said["type"] == "http.response.start":
                # A message is shared by all who get the same answer.
                message = cast(Message, {**said, "headers": [*said["headers"], *marks]})
            await send(message)

        await graphql.fn(scope, receive, send_marked)

    return answer
