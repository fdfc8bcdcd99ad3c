"""Issue and revoke the tokens by which front ends tell the storefront which one they are."""

from typing import Literal

import msgspec

from vetrina.flows.auditing import audited
from vetrina.kernel import texts
from vetrina.kernel.context import Context, once
from vetrina.kernel.crypto import draw_token, hash_token
from vetrina.kernel.errors import BadInput, NotFound
from vetrina.shop.accounts import service as accounts
from vetrina.views.storefront_tokens import storefront_token, storefront_token_count

MOST_TOKENS = 100
"""Each process that serves has all of them in mind."""
Kind = Literal["public", "private"]
PREFIXES: dict[Kind, str] = {"public": "vt_public", "private": "vt_private"}
"""With what tokens begin: scanners that look for leaked secrets pass over the first and report the second."""


class NewStorefrontToken(msgspec.Struct, frozen=True):
    """A token that was just issued. A private one is told here, and never again."""

    id: int
    token: str

    def __repr__(self) -> str:
        return f"NewStorefrontToken(id={self.id})"


@once
async def issue_storefront_token(ctx: Context, name: str, kind: Kind) -> NewStorefrontToken:
    """Issue a token to a front end: a public one for what runs in browsers, a private one for a server alone.

    Of a private one only a digest is kept. Needs tokens.write. Raises BadInput.
    """
    ctx.require("tokens.write")
    title = texts.line(name, field=("name",), limit=120, required=True)
    token = draw_token(PREFIXES[kind])
    async with ctx.tx() as session:
        if await storefront_token_count(session) >= MOST_TOKENS:
            raise BadInput(
                problem=f"A shop has at most {MOST_TOKENS} storefront tokens; revoke one that nobody uses.",
                reason="full",
                most=MOST_TOKENS,
            )
        token_id = await accounts.add_storefront_token(
            session,
            name=title,
            token_hash=hash_token(token),
            public=token if kind == "public" else None,
            at=ctx.now(),
        )
        after = {"name": title, "kind": kind}
        await audited(ctx, session, "storefront-token.issued", f"storefront-token:{token_id}", after=after)
        session.outcome = made = NewStorefrontToken(token_id, token)
    return made


@once
async def revoke_storefront_token(ctx: Context, token_id: int) -> None:
    """End a token, in every process at once. Raises NotFound. Needs tokens.write."""
    ctx.require("tokens.write")
    async with ctx.tx() as session:
        found = await storefront_token(session, token_id)
        if found is None or not await accounts.remove_storefront_token(session, token_id):
            raise NotFound(what="The storefront token", field=("id",))
        before = {"name": found.name, "kind": "private" if found.is_private else "public"}
        await audited(ctx, session, "storefront-token.revoked", f"storefront-token:{token_id}", before=before)
