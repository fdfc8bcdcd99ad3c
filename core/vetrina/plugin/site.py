"""Site: what a door is given to build its routes from."""

from collections.abc import Callable
from typing import Any

import msgspec

from vetrina.kernel.context import Actor, Context, Place, Shop
from vetrina.kernel.settings import Settings
from vetrina.plugin.contributions import GraphQLFields, GraphQLRoots
from vetrina.views.markets import atlas


class Site(msgspec.Struct, frozen=True):
    """A Runtime in the making: the shop with its ports, and what plugins contributed."""

    shop: Shop
    settings: Settings
    graphql: tuple[tuple[str, GraphQLFields | GraphQLRoots], ...]
    """Pairs of owner and contribution, in loading order."""
    permissions: dict[str, str]
    """Every permission there is, core's and plugins', with its sentence."""
    draw_trail: Callable[[], str]
    documents: dict[str, str] = {}
    """GraphQL documents registered for the storefront, by their hash."""

    async def context(
        self, actor: Actor, country: str | None = None, language: str | None = None, trail: str | None = None
    ) -> Context:
        """A request's context, selling where that country and language lead."""
        place = (await atlas(self.shop.db)).place(country, language)
        return self.context_at(place, actor, trail)

    def context_at(self, place: Place, actor: Actor, trail: str | None = None, **more: Any) -> Context:
        return Context(shop=self.shop, actor=actor, place=place, trail=trail or self.draw_trail(), **more)
