"""Keys of ID tokens: drawn, sealed, exchanged for new ones; ID tokens signed and read back."""

import asyncio
from collections.abc import Mapping
from typing import Any

import msgspec
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet, RSAKey

from vetrina.flows.auditing import audited
from vetrina.kernel.context import Context, Shop
from vetrina.kernel.crypto import draw_key
from vetrina.shop.accounts import service as accounts
from vetrina.views.accounts import KeyRow, signing_keys

ALGORITHM = "RS256"
"""What OpenID Connect expects of everybody."""
BITS = 2048
SEALED_FOR = "account-signing-key"
LONGEST_ID_TOKEN = 4_000


async def rotate_keys(ctx: Context) -> str:
    """Draw a key that signs from now on; what older ones signed stays valid. Its id. Needs accounts.write."""
    ctx.require("accounts.write")
    return (await _drawn(ctx)).kid


async def published_keys(ctx: Context) -> dict[str, Any]:
    """The public keys as a JSON Web Key Set; the first is drawn when somebody asks."""
    keys = await signing_keys(ctx.db) or [await _drawn(ctx)]
    return {"keys": [key.public for key in keys]}


async def id_token(ctx: Context, claims: Mapping[str, Any]) -> str:
    """A signed ID token."""
    found = await signing_keys(ctx.db)
    key = found[0] if found else await _drawn(ctx)
    private = RSAKey.import_key(msgspec.json.decode(ctx.shop.vault.open(SEALED_FOR, key.sealed)))
    header = {"alg": ALGORITHM, "typ": "JWT", "kid": key.kid}
    return jwt.encode(header, dict(claims), private, algorithms=[ALGORITHM])


async def read_id_token(ctx: Context, token: str) -> dict[str, Any] | None:
    """The claims of an ID token that this shop has signed, expired or not; None for anything else."""
    if len(token) > LONGEST_ID_TOKEN or not token.isascii():
        return None
    known = [key.public for key in await signing_keys(ctx.db)]
    if not known:
        return None
    try:
        claims = jwt.decode(token, KeySet.import_key_set({"keys": known}), algorithms=[ALGORITHM]).claims
    except (JoseError, ValueError):
        return None
    return claims if claims.get("iss") == issuer(ctx.shop) else None


def issuer(shop: Shop) -> str:
    """What ID tokens call the shop."""
    return shop.base_url.rstrip("/")


async def _drawn(ctx: Context) -> KeyRow:
    kid = draw_key()
    drawn = await asyncio.to_thread(RSAKey.generate_key, BITS, {"kid": kid, "use": "sig", "alg": ALGORITHM})
    public, private = drawn.as_dict(private=False), msgspec.json.encode(drawn.as_dict(private=True)).decode()
    row = KeyRow(kid, public, ctx.shop.vault.seal(SEALED_FOR, private), ctx.now())
    async with ctx.tx() as session:
        await accounts.add_key(session, kid=kid, public=public, sealed=row.sealed, at=row.created_at)
        await audited(ctx, session, "account-key.drawn", f"account-key:{kid}")
    return row
