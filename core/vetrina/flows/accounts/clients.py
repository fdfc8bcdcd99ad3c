"""Register and remove front ends that customers may sign in to."""

from collections.abc import Sequence

import msgspec

from vetrina.flows.auditing import audited
from vetrina.kernel import texts
from vetrina.kernel.context import Context, once
from vetrina.kernel.crypto import draw_key, draw_token, hash_token
from vetrina.kernel.errors import BadInput, NotFound
from vetrina.shop.accounts import service as accounts
from vetrina.shop.accounts.rules import checked_uris
from vetrina.views.accounts import client_by_key, client_count

MOST_CLIENTS = 100


class NewClient(msgspec.Struct, frozen=True):
    """What a front end is configured with. The secret is told once and kept nowhere; a public client has none."""

    key: str
    secret: str | None

    def __repr__(self) -> str:
        return f"NewClient(key={self.key!r})"


@once
async def add_client(
    ctx: Context,
    name: str,
    redirect_uris: Sequence[str],
    logout_uris: Sequence[str] = (),
    *,
    is_public: bool = True,
    key: str | None = None,
) -> NewClient:
    """Register a front end under a key of its own, or `key`. Needs accounts.write.

    A customer is led back to these addresses alone, letter by letter. Raises BadInput.
    """
    ctx.require("accounts.write")
    title = texts.line(name, field=("name",), limit=120, required=True)
    back = checked_uris(redirect_uris, field="redirect_uris")
    if not back:
        problem = "Say where customers come back to when they have signed in."
        raise BadInput(field=("redirect_uris",), problem=problem, reason="empty")
    away = checked_uris(logout_uris, field="logout_uris")
    chosen = _checked_key(key) if key is not None else draw_key()
    secret = None if is_public else draw_token("vt_client")
    async with ctx.tx() as session:
        if await client_by_key(session, chosen) is not None:
            raise BadInput(field=("key",), problem="There is a client of that name already.", reason="taken")
        if await client_count(session) >= MOST_CLIENTS:
            raise BadInput(
                problem=f"A shop has at most {MOST_CLIENTS} clients; remove one that nobody uses.",
                reason="full",
                most=MOST_CLIENTS,
            )
        await accounts.add_client(
            session,
            key=chosen,
            name=title,
            secret_hash=hash_token(secret) if secret else None,
            redirect_uris=back,
            logout_uris=away,
            at=ctx.now(),
        )
        after = {"name": title, "redirect_uris": back, "logout_uris": away, "public": is_public}
        await audited(ctx, session, "account-client.added", f"account-client:{chosen}", after=after)
        session.outcome = NewClient(chosen, secret)
    return NewClient(chosen, secret)


@once
async def remove_client(ctx: Context, key: str) -> None:
    """Forget a front end; everybody is signed out of it at once. Raises NotFound. Needs accounts.write."""
    ctx.require("accounts.write")
    async with ctx.tx() as session:
        if not await accounts.remove_client(session, key):
            raise NotFound(what="The client", field=("key",))
        await audited(ctx, session, "account-client.removed", f"account-client:{key}")


def _checked_key(given: str) -> str:
    if not 8 <= len(given) <= 64 or not given.isascii() or not given.replace("-", "").isalnum():
        raise BadInput(
            field=("key",), problem="A client's key has 8 to 64 letters, digits and dashes.", reason="client_key"
        )
    return given
