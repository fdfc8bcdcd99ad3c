"""GET /media/...: originals as they are kept, whole or in ranges; renditions as large as an address wishes them."""

import asyncio
import re
from collections.abc import AsyncGenerator, Mapping
from typing import Any, Final
from urllib.parse import parse_qsl

from litestar import Request, Response, get
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath
from litestar.response import Stream

from vetrina.boot import Runtime
from vetrina.flows.media import Easel, Piece, locate_file, read_file
from vetrina.graphql.pacing import Bucket, Pace
from vetrina.kernel.context import Context
from vetrina.kernel.media.addresses import is_own_name, on_ladder, wish_of
from vetrina.kernel.media.formats import RASTER, SVG, Format, ending_of, mime_type_of
from vetrina.kernel.media.names import is_name
from vetrina.kernel.media.renditions import Wish, drawn_as
from vetrina.kernel.media.workbench import BenchFull

Asked = Request[Any, Any, Any]
Answer = Response[Any] | Stream

AT_ONCE: Final = 1_000_000
"""Bytes that are read from a storage at a time."""
LONGEST_QUERY: Final = 1_000
EVERYBODYS: Final = Pace(rate=8, burst=400)
"""Renditions nobody has signed that are drawn a second; whoever comes too soon gets the original."""
_FOR_GOOD = "public, max-age=31536000, immutable"
_A_DAY = "public, max-age=86400"
_A_MINUTE = "public, max-age=60"
_RANGE = re.compile(r"bytes=(\d{0,15})-(\d{0,15})")
PLAIN: Final = "text/plain; charset=utf-8"
_SHOWN_IN_PLACE = ("image/", "video/", "model/")
_SAFE = {
    # They may be kept, and must never run: an SVG is a document.
    "content-security-policy": "default-src 'none'; style-src 'unsafe-inline'; sandbox",
    "x-content-type-options": "nosniff",
    "access-control-allow-origin": "*",
    "cross-origin-resource-policy": "cross-origin",
}


def media_route(runtime: Runtime) -> HTTPRouteHandler:
    """The handler of everything below /media."""
    ctx, room = runtime.context(), runtime.shop.media
    easel, bucket = Easel(room), Bucket(EVERYBODYS)

    @get("/media/{path:path}")
    async def media(request: Asked, path: FromPath[str]) -> Answer:
        name = path.removeprefix("/")
        if not is_name(name):
            return _lost()
        query = _query(request)
        signed = room.signer.signed(name, query)
        wish = signed or on_ladder(wish_of(query))
        form = None if wish.is_plain else drawn_as(name, wish, request.headers.get("accept", ""))
        if form is None:
            return await _original(ctx, name, request.headers)
        if easel.is_lost(name):
            return _lost()
        return await _rendition(ctx, easel, bucket, request, name, wish, form, is_signed=signed is not None)

    return media


async def _rendition(
    ctx: Context,
    easel: Easel,
    bucket: Bucket,
    request: Asked,
    name: str,
    wish: Wish,
    form: Format,
    *,
    is_signed: bool,
) -> Answer:
    """A picture made smaller; the original where it moves, and for a minute where too many wait to be drawn."""
    version = ""
    if not is_own_name(name):
        head = await read_file(ctx, name, 0, 0)
        if head is None:
            easel.lose(name, "missing")
            return _lost()
        version = head.version
    key = easel.key(name, version, wish, form)
    headers = _headers(name, f'"{key}"', form.mime_type) | ({} if wish.format else {"vary": "accept"})
    if _is_known(request.headers, key):
        return Response(None, status_code=304, headers=headers)
    content = await easel.find(key)
    if content is None:
        try:
            if not is_signed and bucket.take(asyncio.get_running_loop().time()) > 0:
                raise BenchFull("too many wishes that nobody has signed")
            drawn = await easel.draw(ctx, name, key, wish, form)
        except BenchFull:
            return await _original(ctx, name, {}, cache=_A_MINUTE)
        if drawn is None:
            return _lost()
        content = drawn.content
    if content is None:
        return await _original(ctx, name, request.headers)
    return Response(content, media_type=form.mime_type, headers=headers)


async def _original(ctx: Context, name: str, asked: Mapping[str, str], cache: str = "") -> Answer:
    mime_type = mime_type_of(name)
    if is_own_name(name) and ending_of(name) not in RASTER:
        elsewhere = await locate_file(ctx, name)
        if elsewhere is not None:
            return Response(None, status_code=307, headers={**_SAFE, "location": elsewhere, "cache-control": _A_MINUTE})
    first, last = _range(asked.get("range", ""))
    piece = await read_file(ctx, name, max(first, 0), AT_ONCE if last is None else min(AT_ONCE, last - first + 1))
    if piece is None:
        return _lost()
    headers = _headers(name, f'"{piece.version}"', mime_type) | {"accept-ranges": "bytes"}
    headers |= {"cache-control": cache} if cache else {}
    if _is_known(asked, piece.version):
        return Response(None, status_code=304, headers=headers)
    if first >= 0:
        return _part(piece, headers)
    if len(piece.content) == piece.total:
        return Response(piece.content, media_type=mime_type, headers=headers)
    headers["content-length"] = str(piece.total)
    return Stream(_pieces(ctx, name, piece), media_type=mime_type, headers=headers)


def _part(piece: Piece, headers: dict[str, str]) -> Answer:
    """A range of an original, or as much of it as is read at once: who wants more asks again."""
    if not piece.content:
        return Response(None, status_code=416, headers={**headers, "content-range": f"bytes */{piece.total}"})
    last = piece.first + len(piece.content) - 1
    headers["content-range"] = f"bytes {piece.first}-{last}/{piece.total}"
    return Response(piece.content, status_code=206, media_type=headers["content-type"], headers=headers)


async def _pieces(ctx: Context, name: str, piece: Piece) -> AsyncGenerator[bytes]:
    """The whole of a large file, a piece at a time; cut off where it changes meanwhile."""
    sent, version = 0, piece.version
    following: Piece | None = piece
    while following is not None and following.content and following.version == version:
        yield following.content
        sent += len(following.content)
        following = await read_file(ctx, name, sent, AT_ONCE) if sent < piece.total else None


def _headers(name: str, etag: str, mime_type: str) -> dict[str, str]:
    headers = {**_SAFE, "etag": etag, "content-type": mime_type}
    headers["cache-control"] = _FOR_GOOD if is_own_name(name) else _A_DAY
    if mime_type != SVG and not mime_type.startswith(_SHOWN_IN_PLACE):
        headers["content-disposition"] = "attachment"
    return headers


def _lost() -> Answer:
    headers = {**_SAFE, "cache-control": _A_MINUTE}
    return Response("There is no such picture.", status_code=404, media_type=PLAIN, headers=headers)


def _is_known(asked: Mapping[str, str], version: str) -> bool:
    return f'"{version}"' in asked.get("if-none-match", "")


def _range(header: str) -> tuple[int, int | None]:
    """From and to where; -1 and None for everything, also for what we do not take: the end alone, several at once."""
    found = _RANGE.fullmatch(header.strip())
    if found is None or not found[1]:
        return -1, None
    first, last = int(found[1]), int(found[2]) if found[2] else None
    return (-1, None) if last is not None and last < first else (first, last)


def _query(request: Asked) -> dict[str, str]:
    """The query's parameters, of several with a name the last; none of one that is too long to be ours."""
    raw: bytes = request.scope["query_string"]
    if not raw or len(raw) > LONGEST_QUERY:
        return {}
    try:
        return dict(parse_qsl(raw.decode("ascii"), max_num_fields=20))
    except ValueError:
        return {}
