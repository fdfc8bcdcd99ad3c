"""What a browser asks with: the request, its cookies, and where it wants to go next."""

import re
from typing import Any
from urllib.parse import urlsplit

from litestar import Request
from litestar.datastructures import Cookie

from vetrina.plugin import Site

Asked = Request[Any, Any, Any]

HOME = "/admin"
SIGN_IN = "/admin/sign-in"
SESSION = "vetrina_admin"
DOOR = "vetrina_admin_door"
"""Belongs to a browser that has not signed in: its sign-in form is known by it."""
DEVICE = "vetrina_admin_device"
"""Stays with a browser that somebody has signed in with: his next sign-in is told from a stranger's."""
TOLD = "vetrina_admin_told"
"""What the next page has to say about what was just done."""
LANGUAGE = "vetrina_admin_language"
A_YEAR = 365 * 24 * 3600

_LOCAL = re.compile(r"/admin(?:[/?][\x21-\x5b\x5d-\x7e]*)?")
"""Printable ASCII but the backslash, which browsers read as a slash."""


def is_safe(site: Site) -> bool:
    """Whether the shop is reached over https, so that cookies may be kept to it."""
    return site.settings.base_url.startswith("https://")


def cookie_name(site: Site, name: str) -> str:
    """The name a browser keeps a cookie under: over https one that no other host can set."""
    return f"__Host-{name}" if is_safe(site) else name


def kept(site: Site, request: Asked, name: str) -> str:
    """What the browser keeps under a name; empty where it keeps nothing."""
    return request.cookies.get(cookie_name(site, name), "")


def keeping(site: Site, name: str, value: str, max_age: int | None = None) -> Cookie:
    """A cookie that scripts and other sites do not see; an empty value makes the browser forget it."""
    return Cookie(
        key=cookie_name(site, name),
        value=value,
        # A name that begins with __Host- asks for this path.
        path="/" if is_safe(site) else HOME,
        max_age=max_age if value else 0,
        httponly=True,
        samesite="lax",
        secure=is_safe(site),
    )


def local_path(wish: str | None) -> str:
    """Where somebody wants to go inside the admin; its home for every other wish."""
    if not wish or len(wish) >= 2_000 or not _LOCAL.fullmatch(wish) or wish.startswith(SIGN_IN):
        return HOME
    # Browsers take dots out of a path, written as %2e too, and would land elsewhere.
    parts = wish.partition("?")[0].lower().replace("%2e", ".").split("/")
    return HOME if "." in parts or ".." in parts else wish


def came_from(request: Asked) -> str:
    """The page of ours that led here, as a local path; the home where the browser does not say."""
    parts = urlsplit(request.headers.get("referer", ""))
    return local_path(f"{parts.path}?{parts.query}" if parts.query else parts.path)
