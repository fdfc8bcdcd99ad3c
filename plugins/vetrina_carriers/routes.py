"""Papers for the printer, for staff alone: one label as its carrier wrote it, or several as one PDF or one ZPL file."""

import asyncio
import base64
import io
from collections.abc import Sequence
from importlib import import_module
from typing import Any

import structlog
from litestar import Request, Response, get
from litestar.params import FromPath

from vetrina.kernel.errors import NotAllowed
from vetrina.plugin import Site
from vetrina.plugin.pages.members import member_context
from vetrina_carriers.views import PaperRow, papers

MOST = 100
PAPERS = {"pdf": "application/pdf", "zpl": "application/octet-stream"}
log = structlog.get_logger(__name__)


def routes(site: Site) -> list[Any]:
    """One: GET /admin/carriers/print/1-2-3."""

    @get("/admin/carriers/print/{labels:str}", include_in_schema=False)
    async def print_labels(request: Request[Any, Any, Any], labels: FromPath[str]) -> Response[bytes]:
        try:
            ctx = await member_context(site, request.cookies, "carriers.labels")
        except NotAllowed as refused:
            return _plain(403, str(refused))
        if ctx is None:
            return _plain(401, "Sign in to the admin first.")
        ids = [int(part) for part in labels.split("-") if part.isascii() and part.isdecimal() and len(part) < 19]
        found = await papers(ctx.db, ids) if ids and len(ids) <= MOST else []
        if not found or not any(row.content for row in found):
            return _plain(404, "There is nothing to print.")
        log.info("labels printed", by=ctx.actor.name, labels=[row.label_id for row in found])
        return await printed(found)

    return [print_labels]


async def printed(found: Sequence[PaperRow]) -> Response[bytes]:
    """The papers as one file: PDFs together; ZPL alone, or where there is nothing else."""
    pages = [base64.b64decode(row.content) for row in found if row.format == "pdf" and row.content]
    if pages:
        content = pages[0] if len(pages) == 1 else await asyncio.to_thread(together, pages)
        return _file(content, "pdf", found)
    return _file(b"\n".join(base64.b64decode(row.content) for row in found), "zpl", found)


def together(documents: Sequence[bytes]) -> bytes:
    """One PDF of all pages, in their order. Runs in a thread: it reads and writes them whole."""
    merging = import_module("PyPDF2")  # comes with the carrier library
    merger, out = merging.PdfMerger(), io.BytesIO()
    for document in documents:
        merger.append(io.BytesIO(document))
    merger.write(out)
    return out.getvalue()


def _file(content: bytes, form: str, found: Sequence[PaperRow]) -> Response[bytes]:
    name = "-".join(str(row.label_id) for row in found[:3])
    shown = "inline" if form == "pdf" else "attachment"
    headers = {
        "content-disposition": f'{shown}; filename="labels-{name}.{form}"',
        "cache-control": "no-store, private",
        "x-content-type-options": "nosniff",
        "content-security-policy": "default-src 'none'; sandbox",
        "referrer-policy": "no-referrer",
    }
    return Response(content, media_type=PAPERS[form], headers=headers)


def _plain(status: int, text: str) -> Response[bytes]:
    return Response(text.encode(), status_code=status, media_type="text/plain", headers={"cache-control": "no-store"})
