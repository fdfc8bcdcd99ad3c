"""Pictures on the admin's pages: the shop's own, and those elsewhere, whose hosts the page's policy then names."""

import re
from collections.abc import Iterable
from urllib.parse import urlsplit

from vetrina.kernel.media.formats import RASTER, ending_of
from vetrina_admin.pages.answers import HEADERS

POLICY = "content-security-policy"
MOST_HOSTS = 20
THUMB = 100
"""Pixels of a picture in a list, on screens of every density."""
_HOST = re.compile(r"[a-z0-9-]+(?:\.[a-z0-9-]+)+(?::\d{1,5})?")


def picture_path(address: str | None) -> str:
    """Where a browser finds a picture; empty where there is none, or where it would not be allowed to look."""
    if not address:
        return ""
    if address.startswith("https://"):
        return address if _host(address) else ""
    if "://" in address or address.startswith("//"):
        return ""
    return address if address.startswith("/") else f"/media/{address}"


def small_path(address: str | None, side: int) -> str:
    """The same for a picture that is shown small: a square of so many pixels, cut out of its middle."""
    path = picture_path(address)
    is_ours = bool(address) and path == f"/media/{address}"
    return f"{path}?width={side}&height={side}&crop=center" if is_ours and ending_of(path) in RASTER else path


def picture_headers(paths: Iterable[str]) -> dict[str, str]:
    """What lets a page show these pictures: the hosts they are at, and no others."""
    hosts = sorted({_host(path) for path in paths if path.startswith("https://")} - {""})[:MOST_HOSTS]
    if not hosts:
        return {}
    allowed = " ".join(f"https://{host}" for host in hosts)
    return {POLICY: HEADERS[POLICY].replace("img-src 'self'", f"img-src 'self' {allowed}")}


def _host(address: str) -> str:
    host = urlsplit(address).netloc.lower()
    return host if _HOST.fullmatch(host) else ""
