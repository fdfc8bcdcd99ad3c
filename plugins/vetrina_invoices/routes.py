"""Files: a document for whoever has its address; documents, lists and archives for the staff by their session."""

from collections.abc import Awaitable, Callable
from typing import Any

from litestar import Request, Response, get
from litestar.exceptions import NotAuthorizedException, NotFoundException
from litestar.params import FromPath

from vetrina.kernel.context import BUYER, Context
from vetrina.plugin import Site
from vetrina.plugin.pages.members import member_context
from vetrina_invoices.files import archive, as_csv, sought_of, taken_span, takings_csv
from vetrina_invoices.pdf.rendering import file_name, pdf_of
from vetrina_invoices.views import document_by_id, document_by_key

READ = "invoices.read"
KEY_LENGTH = 32
HEADERS = {
    "cache-control": "no-store",
    "x-content-type-options": "nosniff",
    "x-robots-tag": "noindex, nofollow",
    "referrer-policy": "no-referrer",
    "content-security-policy": "default-src 'none'; style-src 'unsafe-inline'; sandbox",
}

Asked = Request[Any, Any, Any]


def routes(site: Site) -> list[Any]:
    """Two: by a document's secret, and by a session of the admin's."""

    @get("/invoices/documents/{name:str}")
    async def document(name: FromPath[str]) -> Response[bytes]:
        key = name.removesuffix(".pdf")
        if len(key) != KEY_LENGTH or not key.isascii() or not key.isalnum():
            raise NotFoundException()
        ctx = await site.context(BUYER)
        found = await document_by_key(ctx.db, key)
        if found is None:
            raise NotFoundException()
        return _file(await pdf_of(ctx.db, found), file_name(found.name), "application/pdf", is_shown=True)

    @get("/admin/invoices/files/{name:str}")
    async def staff_file(request: Asked, name: FromPath[str]) -> Response[bytes]:
        ctx = await _staff(site, request)
        kind, _, ending = name.rpartition(".")
        make = _MAKERS.get(name) or (_one if ending == "pdf" and kind.isascii() and kind.isdecimal() else None)
        if make is None:
            raise NotFoundException()
        return await make(ctx, request, name)

    return [document, staff_file]


async def _staff(site: Site, request: Asked) -> Context:
    """The context of somebody signed in to the admin who may read. Raises NotAuthorizedException, NotAllowed."""
    ctx = await member_context(site, request.cookies, READ)
    if ctx is None:
        raise NotAuthorizedException("Sign in to the admin first.")
    return ctx


async def _one(ctx: Context, request: Asked, name: str) -> Response[bytes]:
    number = name.removesuffix(".pdf")
    found = await document_by_id(ctx.db, int(number)) if len(number) < 19 else None
    if found is None:
        raise NotFoundException()
    return _file(await pdf_of(ctx.db, found), file_name(found.name), "application/pdf", is_shown=True)


async def _list(ctx: Context, request: Asked, name: str) -> Response[bytes]:
    text = await as_csv(ctx, sought_of(request.query_params))
    return _file(text.encode("utf-8"), name, "text/csv; charset=utf-8")


async def _archive(ctx: Context, request: Asked, name: str) -> Response[bytes]:
    return _file(await archive(ctx, sought_of(request.query_params)), name, "application/zip")


async def _takings(ctx: Context, request: Asked, name: str) -> Response[bytes]:
    since, until = taken_span(ctx, request.query_params.get("month", ""))
    return _file((await takings_csv(ctx, since, until)).encode("utf-8"), name, "text/csv; charset=utf-8")


_MAKERS: dict[str, Callable[[Context, Asked, str], Awaitable[Response[bytes]]]] = {
    "documents.csv": _list,
    "documents.zip": _archive,
    "takings.csv": _takings,
}


def _file(content: bytes, name: str, kind: str, *, is_shown: bool = False) -> Response[bytes]:
    """A download, or a PDF that browsers show. The name is made of letters, digits, dots and dashes."""
    way = "inline" if is_shown else "attachment"
    return Response(content, media_type=kind, headers={**HEADERS, "content-disposition": f'{way}; filename="{name}"'})
