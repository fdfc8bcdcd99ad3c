"""People who run the shop, with a browser: signed in without a password, allowed what a test says."""

from collections.abc import Collection
from typing import Any
from urllib.parse import urlsplit

import httpx
from litestar import Litestar
from tests.support.visitor import Page, Visitor

import vetrina_admin
from vetrina.flows.staff.sessions import open_session
from vetrina.kernel.context import Context
from vetrina.plugin import Site
from vetrina.shop.staff import service as staff
from vetrina.shop.staff.permissions import PERMISSIONS
from vetrina_admin.pages.asking import SESSION


def admin_app(site: Site) -> Any:
    """The admin door alone."""
    return Litestar(route_handlers=vetrina_admin.build_routes(site), openapi_config=None, logging_config=None)


async def enrolled(
    ctx: Context,
    *,
    email: str = "mara@shop.test",
    permissions: Collection[str] = PERMISSIONS,
    password_hash: str | None = None,
) -> int:
    """A member of the staff; the id."""
    async with ctx.tx() as session:
        return await staff.create_member(
            session, email=email, name="Mara Neri", password_hash=password_hash, permissions=permissions, at=ctx.now()
        )


class Manager(Visitor):
    """One person at the admin."""

    member_id: int = 0

    async def get(self, path: str) -> httpx.Response:
        """Ask for a page without following where it leads."""
        return await self.client.get(path, follow_redirects=False)

    @property
    def where(self) -> str:
        """The path the person has come to."""
        return urlsplit(str(self.answer.url)).path


async def signed_in(
    ctx: Context, site: Site, *permissions: str, language: str = "en", email: str = "mara@shop.test"
) -> Manager:
    """A person who may this and nothing else (everything, where nothing is named), at the admin's home."""
    manager = Manager(admin_app(site), language)
    manager.member_id = await enrolled(ctx, email=email, permissions=permissions or PERMISSIONS)
    manager.client.cookies.set(SESSION, await open_session(ctx, manager.member_id), domain="shop.test", path="/admin")
    return manager


__all__ = ["Manager", "Page", "admin_app", "enrolled", "signed_in"]
