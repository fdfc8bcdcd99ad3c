"""Files the pages load: our own, and those `python -m vetrina.house assets` has brought; kept by browsers for good."""

import hashlib
from functools import cache
from pathlib import Path

from litestar import Response, get
from litestar.exceptions import NotFoundException
from litestar.params import FromPath

HERE = Path(__file__).parent
OWN = HERE / "static" / "own"
"""What we wrote ourselves."""
VENDOR = HERE / "static" / "vendor"
"""What npm brings, copied as admin/package.json says; not kept in the repository."""
OWN_FILES = ("admin.css", "blocks.css", "desk.css", "admin.js", "plain.css")
VENDOR_FILES = ("tabler.css", "htmx.js", "icons.svg")
BUILD = "python -m vetrina.house assets"

_TYPES = {
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".svg": "image/svg+xml",
}
_HEADERS = {
    "cache-control": "public, max-age=31536000, immutable",
    "x-content-type-options": "nosniff",
    "content-security-policy": "default-src 'none'; style-src 'unsafe-inline'",
}


@cache
def address(name: str) -> str:
    """Where a file is, with a digest of its content; empty for one that has not been brought."""
    path = _path(name)
    if path is None or not path.is_file():
        return ""
    return f"/admin/static/{name}?{hashlib.sha256(path.read_bytes()).hexdigest()[:12]}"


def is_complete() -> bool:
    """Whether everything npm brings is in its place."""
    return all(address(name) for name in VENDOR_FILES)


@get("/static/{name:str}", sync_to_thread=True)
def asset(name: FromPath[str]) -> Response[bytes]:
    """One file; its address carries a digest of its content, so browsers may keep it."""
    path = _path(name)
    if path is None or not path.is_file():
        raise NotFoundException("There is no such file.")
    return Response(path.read_bytes(), media_type=_TYPES[path.suffix], headers=_HEADERS)


def _path(name: str) -> Path | None:
    """Only names on the lists lead to files."""
    if name in OWN_FILES:
        return OWN / name
    return VENDOR / name if name in VENDOR_FILES else None
