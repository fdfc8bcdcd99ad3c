"""A plugin for tests: one of everything that comes and goes with a plugin."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import strawberry
from litestar import get

from vetrina.events import ProductCreated
from vetrina.graphql import Info, batch, root
from vetrina.plugin import Context, GraphQLFields, GraphQLRoots, Job, React, Site, hookimpl
from vetrina.plugin.admin import AdminPage, AdminPanel, Asked, Block, Text

heard: list[int] = []
ran: list[str] = []


async def load_lights(parents: Sequence[Any], info: Info) -> list[str]:
    return [f"{parent.handle} by lantern light" for parent in parents]


@strawberry.type
class LightsOnProduct:
    lantern_light: str | None = batch(load_lights)


@strawberry.type
class LanternQuery:
    @root
    async def lantern(self, info: Info) -> str | None:
        return "lit"


@strawberry.type
class LanternMutation:
    @root(permission="lantern.light")
    async def lantern_light(self, info: Info) -> str | None:
        return "lit"


@get("/lantern", sync_to_thread=False)
def lantern() -> dict[str, bool]:
    return {"lit": True}


async def hear(ctx: Context, event: ProductCreated) -> None:
    heard.append(event.product_id)


async def trim(ctx: Context, payload: dict[str, Any]) -> None:
    ran.append(ctx.trail)


async def page(ctx: Context, asked: Asked) -> list[Block]:
    return [Text("The lantern is lit.")]


async def panel(ctx: Context, subject: int | None) -> list[Block]:
    return [Text(f"Product {subject} by lantern light.")]


@hookimpl
def register_graphql() -> list[GraphQLFields | GraphQLRoots]:
    return [
        GraphQLFields("storefront", on="Product", fields=LightsOnProduct),
        GraphQLRoots("storefront", query=LanternQuery),
        GraphQLRoots("admin", mutation=LanternMutation),
    ]


@hookimpl
def register_reactions() -> list[React[ProductCreated]]:
    return [React(ProductCreated, hear)]


@hookimpl
def register_jobs() -> list[Job]:
    return [Job(name="lantern.trim-wick", run=trim, every=timedelta(seconds=1))]


@hookimpl
def register_admin() -> list[AdminPage | AdminPanel]:
    return [
        AdminPage("", "Lantern", "lantern.light", page),
        AdminPanel("product.side", "By lantern light", "lantern.light", panel),
    ]


@hookimpl
def build_routes(site: Site) -> list[Any]:
    return [lantern]
