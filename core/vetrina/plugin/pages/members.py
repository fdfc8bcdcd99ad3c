"""Who of the staff asks for a file or a frame that a plugin serves itself: known by the session of the admin."""

from collections.abc import Mapping

from vetrina.flows.staff.sessions import signed_in
from vetrina.kernel.context import Actor, Context
from vetrina.plugin.site import Site

SESSION = "vetrina_admin"
"""The cookie of the admin's session; over https it is called __Host-vetrina_admin."""
FRAME_HEADERS: Mapping[str, str] = {
    "cache-control": "no-store",
    "content-security-policy": (
        "default-src 'none'; img-src 'self' https: data:; style-src 'unsafe-inline'; form-action 'none'; "
        "base-uri 'none'; frame-ancestors 'self'; sandbox allow-popups allow-popups-to-escape-sandbox"
    ),
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "x-robots-tag": "noindex, nofollow",
}
"""Of a page that the block Frame shows: no scripts, no forms, nothing of the admin's own within reach."""
_APART = '<base target="_blank">'


def framed(html: str) -> bytes:
    """A page for the block Frame. Its links open in windows of their own: the frame shows no page but its own."""
    before, head, after = html.partition("<head>")
    return f"{before}{head}{_APART}{after}".encode() if head else f"{_APART}{html}".encode()


async def member_context(site: Site, cookies: Mapping[str, str], permission: str) -> Context | None:
    """The context of whoever is signed in to the admin; None for nobody. Raises NotAllowed without the permission."""
    is_safe = site.shop.base_url.startswith("https://")
    secret = cookies.get(f"__Host-{SESSION}" if is_safe else SESSION, "")
    anonymous = await site.context(Actor("visitor", name="visitor"))
    member = await signed_in(anonymous, secret) if secret else None
    if member is None:
        return None
    ctx = await site.context(member.actor)
    ctx.require(permission)
    return ctx
