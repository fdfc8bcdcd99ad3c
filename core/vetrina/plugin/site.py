"""Site: what a door is given to build its routes from."""

from collections.abc import Callable
from typing import Any

import msgspec

from vetrina.kernel.context import Actor, Context, Place, Shop
from vetrina.kernel.settings import Settings
from vetrina.plugin.contributions import GraphQLFields, GraphQLRoots
from vetrina.views.markets import Atlas, atlas


class Site(msgspec.Struct, frozen=True):
    """A Runtime in the making: the shop with its ports, and what plugins contributed."""

    shop: Shop
    settings: Settings
    graphql: tuple[tuple[str, GraphQLFields | GraphQLRoots], ...]
    """Pairs of owner and contribution, in loading order."""
    permissions: dict[str, str]
    """Every permission there is, core's and plugins', with its sentence."""
    draw_trail: Callable[[], str]
    kept_atlas: list[tuple[int, Atlas]] = []
    """The markets as they were last read, and the version of what is shared they were read at; see `atlas`."""
    documents: dict[str, str] = {}
    """GraphQL documents registered for the storefront, by their hash."""

    async def context(
        self, actor: Actor, country: str | None = None, language: str | None = None, trail: str | None = None
    ) -> Context:
        """A request's context, selling where that country and language lead."""
        return self.context_at((await self.atlas()).place(country, language), actor, trail)

    async def atlas(self) -> Atlas:
        """The shop's markets: read again only when something everybody may be answered has changed since."""
        version = self.shop.db.shared_version()  # before reading: what is read later is at least as new
        if version is not None and self.kept_atlas and self.kept_atlas[0][0] == version:
            return self.kept_atlas[0][1]
        found = await atlas(self.shop.db)
        if version is not None:
            self.kept_atlas[:] = [(version, found)]
        return found

    def context_at(self, place: Place, actor: Actor, trail: str | None = None, **more: Any) -> Context:
        return Context(shop=self.shop, actor=actor, place=place, trail=trail or self.draw_trail(), **more)
