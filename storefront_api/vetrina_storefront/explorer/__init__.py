"""The query explorer: GraphiQL as one page, served from here alone; no other host is asked for anything."""

import hashlib
from pathlib import Path
from typing import Any

from litestar import Response, get
from litestar.exceptions import NotFoundException
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath

HERE = Path(__file__).parent
BUILT = HERE / "static"
"""Where `python -m vetrina.house assets` puts what npm brings; not kept in the repository."""
OWN = HERE / "own"
"""What we wrote ourselves."""
BUILT_FILES = ("react.js", "react-dom.js", "graphiql.js", "graphiql.css", "plugin.js", "plugin.css")
OWN_FILES = ("start.js", "page.css")
BUILD = "python -m vetrina.house assets"

_TYPES = {".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8"}
_A_YEAR = "public, max-age=31536000, immutable"
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; connect-src 'self'; "
    "img-src 'self' data: https:; font-src 'self' data:; base-uri 'none'; form-action 'none'"
)


def explorer_page() -> bytes:
    """The HTML of the explorer; where its files have not been built, of a page that says how to build them.

    The policy stands in the page itself, for whoever answers with it sets no headers of ours.
    """
    template = "page.html" if is_built() else "unbuilt.html"
    html = (HERE / template).read_text(encoding="utf-8").replace("{policy}", _POLICY).replace("{build}", BUILD)
    for name in (*BUILT_FILES, *OWN_FILES):
        html = html.replace(f"{{{name}}}", _address(name))
    return html.encode()


def explorer_routes() -> list[HTTPRouteHandler]:
    """The route of the files the page loads."""
    return [explorer_file]


def is_built() -> bool:
    """Whether everything npm brings is in its place."""
    return all((BUILT / name).is_file() for name in BUILT_FILES)


@get("/explorer/static/{name:str}", sync_to_thread=True)
def explorer_file(name: FromPath[str]) -> Response[bytes]:
    """One file of the page. Its address carries a digest of its content, so browsers may keep it for good."""
    path = _path(name)
    if path is None or not path.is_file():
        raise NotFoundException("There is no such file.")
    headers: dict[str, Any] = {"cache-control": _A_YEAR, "x-content-type-options": "nosniff"}
    return Response(path.read_bytes(), media_type=_TYPES[path.suffix], headers=headers)


def _address(name: str) -> str:
    path = _path(name)
    if path is None or not path.is_file():
        return f"/explorer/static/{name}"
    return f"/explorer/static/{name}?{hashlib.sha256(path.read_bytes()).hexdigest()[:12]}"


def _path(name: str) -> Path | None:
    """Only names on the lists lead to files."""
    if name in BUILT_FILES:
        return BUILT / name
    return OWN / name if name in OWN_FILES else None
