"""Asking the admin API: one client, as many tokens as a test needs."""

import json
from collections.abc import Collection
from typing import Any

import httpx

from vetrina.flows.staff.tokens import issue_token
from vetrina.kernel.context import Context
from vetrina.shop.staff.permissions import PERMISSIONS

PATH = "/admin/graphql"


class Admin:
    """The admin API, asked with one token."""

    def __init__(self, client: httpx.AsyncClient, ctx: Context, token: str) -> None:
        self.client = client
        self.ctx = ctx
        self.token = token

    @classmethod
    async def begin(
        cls, client: httpx.AsyncClient, ctx: Context, permissions: Collection[str] = PERMISSIONS
    ) -> "Admin":
        return cls(client, ctx, await issue_token(ctx, "test", list(permissions)))

    async def may(self, *permissions: str) -> "Admin":
        """The same API, asked by a token that may this and nothing else."""
        return await Admin.begin(self.client, self.ctx, permissions)

    async def post(self, document: str, variables: dict[str, Any] | None = None, **headers: str) -> httpx.Response:
        """Ask; the raw answer."""
        return await self.client.post(
            PATH,
            content=json.dumps({"query": document, "variables": variables or {}}),
            headers={"authorization": f"Bearer {self.token}", "content-type": "application/json", **headers},
        )

    async def ask(self, document: str, variables: dict[str, Any] | None = None) -> Any:
        """Ask a question that must succeed; its data."""
        answer = await self.post(document, variables)
        content = answer.json()
        assert answer.status_code == 200, content
        assert "errors" not in content, content["errors"]
        return content["data"]

    async def refused(self, document: str, variables: dict[str, Any] | None = None) -> list[str]:
        """Ask a question that must fail; the codes of its errors."""
        content = (await self.post(document, variables)).json()
        return [error["extensions"]["code"] for error in content.get("errors", ())]
