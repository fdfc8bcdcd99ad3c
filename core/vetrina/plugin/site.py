"""Site: what a door is given to build its routes from."""

from collections.abc import Callable, Sequence
from typing import Any

import msgspec

from vetrina.kernel.context import Actor, Context, Place, Shop
from vetrina.kernel.db import Database
from vetrina.kernel.settings import Settings
from vetrina.plugin.collected import NOTHING, Collected
from vetrina.plugin.contributions import GraphQLFields, GraphQLRoots
from vetrina.views.markets import Atlas, atlas

MOST_PLACES = 1_000


class Markets:
    """The shop's markets: read again only when something everybody may be answered has changed since."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._kept: tuple[int, Atlas] | None = None
        self._places: dict[tuple[str | None, str | None], Place] = {}

    async def atlas(self) -> Atlas:
        """All of them, as they are now."""
        version = self._db.shared_version()  # before reading: what is read later is at least as new
        if version is not None and self._kept is not None and self._kept[0] == version:
            return self._kept[1]
        found = await atlas(self._db)
        self._kept = None if version is None else (version, found)
        self._places.clear()
        return found

    async def place(self, country: str | None, language: str | None) -> Place:
        """Where a buyer from that country (ISO 3166) reads in that language (ISO 639)."""
        known = await self.atlas()
        place = self._places.get((country, language))
        if place is None:
            if len(self._places) >= MOST_PLACES:  # whoever asks may name what countries he likes
                self._places.clear()
            place = self._places[country, language] = known.place(country, language)
        return place


class Site(msgspec.Struct, frozen=True):
    """A Runtime in the making: the shop with its ports, and what plugins contributed."""

    shop: Shop
    settings: Settings
    graphql: tuple[tuple[str, GraphQLFields | GraphQLRoots], ...]
    """Pairs of owner and contribution, in loading order."""
    permissions: dict[str, str]
    """Every permission there is, core's and plugins', with its sentence."""
    draw_trail: Callable[[], str]
    markets: Markets
    collected: Collected = NOTHING
    """Which plugins are in, which are left out, and everything they contributed."""
    generation: int = 0
    """Of the Runtime: a change of plugins that was asked for has a higher one, until it is taken up."""
    documents: dict[str, str] = {}
    """GraphQL documents registered for the storefront, by their hash."""
    rehearse: Callable[[Sequence[Any]], Collected] | None = None
    """What would come of composing a Runtime of other plugins (`loader.Wanted`); takes its time, in a thread."""

    async def context(
        self, actor: Actor, country: str | None = None, language: str | None = None, trail: str | None = None
    ) -> Context:
        """A request's context, selling where that country and language lead."""
        return self.context_at(await self.markets.place(country, language), actor, trail)

    def context_at(self, place: Place, actor: Actor, trail: str | None = None, **more: Any) -> Context:
        return Context(shop=self.shop, actor=actor, place=place, trail=trail or self.draw_trail(), **more)
