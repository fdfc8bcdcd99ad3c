"""Sign out: of the browser and of every front end it signed in to; and where one goes then."""

from urllib.parse import urlencode

import msgspec

from vetrina.flows.accounts.keys import read_id_token
from vetrina.kernel.context import Context
from vetrina.shop.accounts import service as accounts
from vetrina.shop.accounts.rules import LONGEST_STATE, plain_uri
from vetrina.views.accounts import client_by_key, grant_by_key, session_by_secret


class Leaving(msgspec.Struct, frozen=True):
    """Somebody who wants to sign out. `is_meant` says that a front end of his sends him, not just any page."""

    is_meant: bool
    address: str | None
    """Where he goes then, if the front end has registered it."""
    sid: str | None = None
    subject: str | None = None


async def leaving(ctx: Context, hint: str, client_key: str, address: str, state: str) -> Leaving:
    """What a request to sign out comes to; nothing has happened yet (OpenID Connect RP-Initiated Logout).

    Only with a hint, an ID token that this shop has signed, is it known that a front end asks.
    """
    claims = await read_id_token(ctx, hint) if hint else None
    if claims is None:
        return Leaving(False, None)
    audience = str(claims.get("aud", ""))
    client = await client_by_key(ctx.db, audience) if not client_key or client_key == audience else None
    if client is None:
        return Leaving(False, None)
    is_known = bool(address) and plain_uri(address) in client.logout_uris
    said = {"state": state} if state and len(state) <= LONGEST_STATE else {}
    plain = plain_uri(address)
    there = f"{plain}{'&' if '?' in plain else '?'}{urlencode(said)}" if said else plain
    return Leaving(True, there if is_known else None, str(claims.get("sid", "")), str(claims.get("sub", "")))


async def sign_out(ctx: Context, browser: str, left: Leaving | None = None) -> None:
    """End the browser's session and the one a front end names, with all that was granted in them."""
    async with ctx.tx() as session:
        grant = await grant_by_key(session, left.sid) if left is not None and left.sid else None
        if grant is not None:
            await accounts.end_grant(session, grant.id)
            if grant.session_id is not None:
                await accounts.end_session(session, grant.session_id)
        here = await session_by_secret(session, browser, ctx.now()) if browser else None
        # A front end may sign out the customer it knows, not whoever else uses this browser now.
        if here is not None and (left is None or left.subject is None or left.subject == str(here.customer_id)):
            await accounts.end_session(session, here.id)
