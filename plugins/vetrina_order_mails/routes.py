"""A mail as it would look for a real order, in a frame of the admin's preview where nothing runs."""

from typing import Any
from urllib.parse import urlencode

from litestar import Request, Response, get
from litestar.exceptions import NotAuthorizedException, NotFoundException
from litestar.params import FromPath

from vetrina.kernel.errors import NotFound
from vetrina.plugin import Site
from vetrina.plugin.pages.members import FRAME_HEADERS, framed, member_context
from vetrina.plugin.words import LANGUAGES
from vetrina_order_mails.flows.editing import READ, shown

LONGEST_ID = 18
"""Digits; the database counts in 64 bits."""


def shown_at(mail: str, language: str, order_id: int) -> str:
    """Where the preview of a mail is shown."""
    return f"/admin/order_mails/shown/{mail}?{urlencode({'order': order_id, 'language': language})}"


def routes(site: Site) -> list[Any]:
    """One, for whoever may see order mails and orders."""

    @get("/admin/order_mails/shown/{name:str}", include_in_schema=False)
    async def preview(request: Request[Any, Any, Any], name: FromPath[str]) -> Response[bytes]:
        ctx = await member_context(site, request.cookies, READ)
        if ctx is None:
            raise NotAuthorizedException("Sign in to the admin first.")
        order, language = request.query_params.get("order", ""), request.query_params.get("language", "")
        is_order = order.isascii() and order.isdecimal() and len(order) <= LONGEST_ID
        if not is_order or language not in LANGUAGES:
            raise NotFoundException()
        try:
            words = await shown(ctx, name, language, int(order))
        except NotFound as error:
            raise NotFoundException() from error
        return Response(framed(words.html), media_type="text/html; charset=utf-8", headers=dict(FRAME_HEADERS))

    return [preview]
