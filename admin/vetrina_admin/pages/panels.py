"""What plugins add to the admin's own pages: panels in their slots, and tiles on the home page."""

import asyncio
from functools import partial
from typing import Any

from markupsafe import Markup

from vetrina.kernel.errors import Refusal
from vetrina.kernel.meters import Work
from vetrina.plugin import WrongAnswer
from vetrina.plugin.admin import SLOTS, AdminPanel, AdminTile, Figure, Notice
from vetrina.plugin.words import LANGUAGES
from vetrina_admin.pages.answers import render
from vetrina_admin.pages.blocks import Drawing, draw
from vetrina_admin.pages.blocks.cells import words_of
from vetrina_admin.pages.guarded import PANEL, TILE, Failed, apology, asked
from vetrina_admin.pages.refusals import told
from vetrina_admin.pages.visits import Visit


async def panels(slot: str, subject: int | None, visit: Visit) -> Markup:
    """The cards of a slot that this person may see; `subject` is the id of what the page is about.

    Plugins are asked side by side. One that fails costs its own card.
    """
    assert slot in SLOTS, slot
    found = [(owner, item) for owner, item in visit.site.collected.admin if isinstance(item, AdminPanel)]
    mine = [(owner, item) for owner, item in found if item.slot == slot and visit.may(item.permission)]
    cards = await asyncio.gather(
        *(_card(visit, owner, panel, f"panel-{number}", subject) for number, (owner, panel) in enumerate(mine))
    )
    return Markup("").join(cards)


async def tiles(visit: Visit) -> Markup:
    """The figures of plugins that this person may see, to stand in <div class="tiles">."""
    found = [(owner, item) for owner, item in visit.site.collected.admin if isinstance(item, AdminTile)]
    mine = [(owner, item) for owner, item in found if visit.may(item.permission)]
    return Markup("").join(await asyncio.gather(*(_tile(visit, owner, tile) for owner, tile in mine)))


async def _card(visit: Visit, owner: str, panel: AdminPanel, scope: str, subject: int | None) -> Markup:
    async def blocks_of_it() -> Any:
        try:
            return await panel.show(visit.ctx, subject)
        except Refusal as refusal:
            return [Notice(told(visit.say, refusal), "warning")]

    def drawn(blocks: Any) -> Markup:
        if not blocks and isinstance(blocks, list | tuple):
            return Markup()
        return _framed(visit, panel, scope, draw(visit, owner, blocks, acts=False, scope=scope))

    work = Work(owner, "panel", f"{panel.slot} {words_of(panel.title, LANGUAGES[0])}")
    card = await asked(visit, work, blocks_of_it, PANEL, drawn)
    if isinstance(card, Failed):
        return _framed(visit, panel, scope, apology(visit, card))
    return card


def _framed(visit: Visit, panel: AdminPanel, scope: str, content: Markup) -> Markup:
    title = words_of(panel.title, visit.language)
    return Markup(render(visit, "blocks/panel.html", id=scope, name=title, content=content).content)


async def _tile(visit: Visit, owner: str, tile: AdminTile) -> Markup:
    def drawn(figure: Any) -> Markup:
        if figure is None:
            return Markup()
        if not isinstance(figure, Figure):
            raise WrongAnswer(f"{type(figure).__name__} is no Figure")
        return Markup(render(visit, "blocks/tile.html", d=Drawing(visit, owner, acts=False), figure=figure).content)

    try:
        card = await asked(visit, Work(owner, "tile", tile.name), partial(tile.show, visit.ctx), TILE, drawn)
    except Refusal:
        return Markup()
    return apology(visit, card) if isinstance(card, Failed) else card
