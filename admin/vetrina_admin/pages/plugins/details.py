"""One plugin: what it is and adds, its settings, how it fares, what it could not digest, and how to be rid of it."""

from typing import Any

from vetrina.kernel.errors import NotFound, Refusal
from vetrina.plugin.collected import DOORS
from vetrina.plugin.desk import PluginCard, plugin_card, remove, would_remove
from vetrina.plugin.desk.tables import TableCard, table_cards
from vetrina.views.plugins import plugins
from vetrina_admin.pages.answers import Answer, render, see_other
from vetrina_admin.pages.forms import Form
from vetrina_admin.pages.model_forms import Sheet
from vetrina_admin.pages.plugins import looks
from vetrina_admin.pages.plugins.measured import work_of
from vetrina_admin.pages.plugins.settings import settings_sheet
from vetrina_admin.pages.plugins.stuck import stuck_of
from vetrina_admin.pages.plugins.waiting import soon, until_taken_up
from vetrina_admin.pages.refusals import told
from vetrina_admin.pages.visits import Visit


async def plugin_page(visit: Visit) -> Answer:
    """Everything about one plugin."""
    return await until_taken_up(visit) or await shown(visit)


async def shown(visit: Visit, sheet: Sheet | None = None, *, status: int = 200, typed_name: str = "") -> Answer:
    """The page; `sheet` is a settings form as it was just sent. Raises NotFound."""
    card = await plugin_card(visit.site, visit.ctx.db, visit.part("name"))
    values: dict[str, Any] = {
        "card": card,
        "looks": looks,
        "is_in": visit.site.collected.find(card.name) is not None,
        "work": (await work_of(visit, card.name)).get(card.name, []),
        "jobs": [job for owner, job in visit.site.collected.jobs if owner == card.name],
        "stuck": await stuck_of(visit, card.name) if visit.may("deliveries.read") else None,
        "tables": await _tables(visit, card),
        "removal": await _removal(visit, card),
        "typed_name": typed_name,
        **await settings_sheet(visit, card, sheet),
    }
    return render(visit, "plugins/plugin.html", status=status, **values)


async def take_away(visit: Visit, form: Form) -> Answer:
    """Remove a plugin with everything it keeps, for somebody who has typed its name."""
    name = visit.part("name")
    card = await plugin_card(visit.site, visit.ctx.db, name)
    try:
        await remove(visit.site, visit.ctx, name, form.get("confirmation").strip())
    except NotFound:
        raise
    except Refusal as refusal:
        visit.tell_text(told(visit.say, refusal), "bad")
        return see_other(visit, f"/admin/plugins/{name}")
    visit.tell("plugins.removed", plugin=card.said("title", visit.language))
    return soon(visit, "/admin/plugins")


async def _tables(visit: Visit, card: PluginCard) -> list[TableCard]:
    """Its tables with what they hold; none while there are none."""
    if not card.has_tables:
        return []
    names = [row.name for row in await plugins(visit.ctx.db)]
    return await table_cards(visit.ctx.db, card.name, names)


async def _removal(visit: Visit, card: PluginCard) -> Any:
    """What would go, for those who may remove it; None for a plugin that is on, or of which nothing is kept."""
    if not visit.may("plugins.write") or card.name in DOORS or card.state in ("on", "restart"):
        return None
    try:
        found = await would_remove(visit.site, visit.ctx, card.name)
    except Refusal:
        return None
    return found if found.tables or found.traces else None
