"""A front end on the newcomer's own computer that customers of the demo may sign in to, with its token."""

from vetrina.flows.accounts.clients import add_client
from vetrina.flows.accounts.storefront_tokens import issue_storefront_token
from vetrina.kernel.context import Context
from vetrina.views.accounts import client_by_key
from vetrina.views.storefront_tokens import storefront_tokens

CLIENT = "bottega-vetrina-demo"
"""What such a front end calls itself."""
HOSTS = ("http://localhost:3000", "https://localhost:3000")
"""Hydrogen says https of every address, its own on localhost included."""


async def register_front_end(ctx: Context) -> None:
    """Let customers sign in to whatever is being built at localhost:3000."""
    if await client_by_key(ctx.db, CLIENT) is None:
        back = [f"{host}/account/authorize" for host in HOSTS]
        await add_client(ctx, "Localhost", back, HOSTS, key=CLIENT)
    if not await storefront_tokens(ctx.db):
        await issue_storefront_token(ctx, "Localhost", "public")
