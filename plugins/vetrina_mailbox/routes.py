"""A kept mail as people would have seen it, in a frame where nothing runs; and its files, to download."""

from typing import Any

from litestar import Request, Response, get
from litestar.exceptions import NotAuthorizedException, NotFoundException
from litestar.params import FromPath

from vetrina.plugin import Site
from vetrina.plugin.pages.members import FRAME_HEADERS, framed, member_context
from vetrina_mailbox.admin import READ
from vetrina_mailbox.keeping import Kept, whole_mail

LONGEST_ID = 18
"""Digits; the database counts in 64 bits."""

Asked = Request[Any, Any, Any]


def routes(site: Site) -> list[Any]:
    """One: 7.html is how mail 7 looks, 7-0 its first file."""

    @get("/admin/mailbox/files/{name:str}", include_in_schema=False)
    async def file(request: Asked, name: FromPath[str]) -> Response[bytes]:
        ctx = await member_context(site, request.cookies, READ)
        if ctx is None:
            raise NotAuthorizedException("Sign in to the admin first.")
        is_page = name.endswith(".html")
        mail, _, number = name.removesuffix(".html").partition("-")
        found = await whole_mail(ctx, int(mail)) if _is_number(mail) else None
        if found is None or is_page is bool(number):
            raise NotFoundException()
        return _page(found[1]) if is_page else _attachment(found[1], number)

    return [file]


def _page(kept: Kept) -> Response[bytes]:
    return Response(framed(kept.html), media_type="text/html; charset=utf-8", headers=dict(FRAME_HEADERS))


def _attachment(kept: Kept, number: str) -> Response[bytes]:
    """Always kept as a file, never shown: what a plugin encloses is not the admin's."""
    if not _is_number(number) or int(number) >= len(kept.attachments):
        raise NotFoundException()
    file = kept.attachments[int(number)]
    disposition = f'attachment; filename="{file.name}"'
    headers = {**FRAME_HEADERS, "content-disposition": disposition}
    return Response(file.content, media_type=file.media_type, headers=headers)


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) <= LONGEST_ID
