"""A front end of a customer's: PKCE, the way there and back, tokens, and questions to the Customer Account API."""

import base64
import hashlib
import json
import secrets
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx
from litestar import Litestar
from sqlalchemy import select
from tests.support.visitor import Visitor

from vetrina.flows.accounts.clients import add_client
from vetrina.kernel.context import Context
from vetrina.kernel.log import draw_trail
from vetrina.kernel.settings import Settings
from vetrina.plugin.site import Markets, Site
from vetrina.shop.mail.models import QueuedMail
from vetrina_storefront.accounts.door import account_routes

BACK = "https://front.example/account/authorize"
HOME = "https://front.example/"
SHOP = "https://shop.test"
API = "/customer/api/2026-04/graphql"
TOKEN = "/authentication/oauth/token"


class FrontEnd:
    """A registered client, and the person who uses it with one browser."""

    def __init__(self, ctx: Context, app: Any, key: str, secret: str | None = None) -> None:
        self.ctx = ctx
        self.key, self.secret = key, secret
        self.person = Visitor(app)
        self.http = httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=SHOP)
        self.state = self.nonce = self.verifier = ""

    def address(self, **other: str | None) -> str:
        """Where the customer is sent; what is None is left out."""
        self.state, self.nonce, self.verifier = (secrets.token_urlsafe(32) for _ in range(3))
        digest = hashlib.sha256(self.verifier.encode()).digest()
        asked = {
            "client_id": self.key,
            "scope": "openid email customer-account-api:full",
            "response_type": "code",
            "redirect_uri": BACK,
            "state": self.state,
            "nonce": self.nonce,
            "code_challenge": base64.urlsafe_b64encode(digest).decode().rstrip("="),
            "code_challenge_method": "S256",
            **other,
        }
        return f"/authentication/oauth/authorize?{urlencode({k: v for k, v in asked.items() if v is not None})}"

    @property
    def came_back_with(self) -> dict[str, str]:
        """What the front end is told in its address; nothing when the person is elsewhere."""
        here = urlsplit(str(self.person.answer.url))
        return {name: values[0] for name, values in parse_qs(here.query).items()} if here.netloc != "shop.test" else {}

    async def sign_in(self, email: str) -> str:
        """By code; the authorization code the front end receives."""
        await self.person.open(self.address())
        await self.person.send("/authentication/code", email=email)
        await self.person.send(self.person.path, code=await mailed(self.ctx))
        assert self.came_back_with["state"] == self.state and self.came_back_with["iss"] == SHOP
        return self.came_back_with["code"]

    async def ask_token(self, grant_type: str, **given: str) -> httpx.Response:
        """POST to the token endpoint as this client."""
        fields = {"grant_type": grant_type, "client_id": self.key, **given}
        fields |= {"client_secret": self.secret} if self.secret else {}
        return await self.http.post(TOKEN, data=fields)

    async def exchange(self, code: str, **other: str) -> httpx.Response:
        """A code for tokens."""
        given = {"code": code, "redirect_uri": BACK, "code_verifier": self.verifier, **other}
        return await self.ask_token("authorization_code", **given)

    async def tokens(self, email: str) -> dict[str, Any]:
        """Sign in, and be given tokens."""
        answer = await self.exchange(await self.sign_in(email))
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def refresh(self, token: str) -> httpx.Response:
        return await self.ask_token("refresh_token", refresh_token=token)

    async def ask(self, access: str, query: str, /, **variables: Any) -> httpx.Response:
        """Ask the API, with the bare token as Hydrogen sends it."""
        said = {"query": query, "variables": variables}
        return await self.http.post(API, json=said, headers={"authorization": access})

    async def data(self, access: str, query: str, /, **variables: Any) -> Any:
        """Ask what must be answered."""
        answer = await self.ask(access, query, **variables)
        assert answer.status_code == 200 and "errors" not in answer.json(), answer.text
        return answer.json()["data"]

    async def close(self) -> None:
        await self.person.client.aclose()
        await self.http.aclose()


def app_of(ctx: Context) -> Any:
    """The routes of customer accounts in this process."""
    settings = Settings(base_url=ctx.shop.base_url, env="test")
    site = Site(
        shop=ctx.shop, markets=Markets(ctx.db), settings=settings, graphql=(), permissions={}, draw_trail=draw_trail
    )
    return Litestar(route_handlers=account_routes(site), openapi_config=None, logging_config=None)


async def registered(ctx: Context, *, is_public: bool = True) -> FrontEnd:
    """A front end that this shop knows, and a person before it."""
    made = await add_client(ctx, "Front end", [BACK], [HOME], is_public=is_public)
    return FrontEnd(ctx, app_of(ctx), made.key, made.secret)


async def mailed(ctx: Context) -> str:
    """The code in the last mail."""
    sealed = await ctx.db.value(select(QueuedMail.sealed).order_by(QueuedMail.id.desc()).limit(1))
    return json.loads(ctx.shop.vault.open("mail", sealed))["secrets"]["number"]


async def letters(ctx: Context) -> int:
    """How many mails wait."""
    return len(await ctx.db.fetch(select(QueuedMail.id)))
