"""The catalogue: every plugin there is, what it does, whether it is on; and its switch."""

from vetrina.kernel.errors import Refusal
from vetrina.plugin.desk import PluginCard, catalogue, confirm, disable, enable
from vetrina_admin.pages.answers import Answer, render
from vetrina_admin.pages.asking import local_path
from vetrina_admin.pages.forms import Form
from vetrina_admin.pages.plugins import looks
from vetrina_admin.pages.plugins.waiting import soon, until_taken_up
from vetrina_admin.pages.refusals import told
from vetrina_admin.pages.visits import Visit


async def plugin_list(visit: Visit) -> Answer:
    """The catalogue, looked through by words and state."""
    waiting = await until_taken_up(visit)
    if waiting is not None:
        return waiting
    everything = await catalogue(visit.site, visit.ctx.db)
    words, chosen = visit.query.get("q", "").strip().casefold(), visit.query.get("state", "")
    found = [card for card in everything if _is_found(visit, card, words, chosen)]
    states = [
        (each, visit.say(f"plugins.state_{each}")) for each in looks.STATES if any(c.state == each for c in everything)
    ]
    states.append(("trouble", visit.say("plugins.state_trouble")))
    return render(visit, "plugins/list.html", cards=found, states=states, chosen=chosen, looks=looks)


async def switch(visit: Visit, form: Form) -> Answer:
    """Switch a plugin on or off. Why it cannot be is said on the page, which is otherwise as it was."""
    name, is_on = visit.part("name"), form.get("on") == "true"
    back = local_path(form.get("next"))
    try:
        card = await (enable if is_on else disable)(visit.site, visit.ctx, name)
    except Refusal as refusal:
        visit.tell_text(visit.say("plugins.not_switched", plugin=name, reason=told(visit.say, refusal)), "bad")
    else:
        title = card.said("title", visit.language)
        visit.tell("plugins.switched_on" if is_on else "plugins.switched_off", plugin=title)
    return soon(visit, back)


async def confirm_files(visit: Visit, _: Form) -> Answer:
    """Say that a plugin's changed files are as they should be."""
    name = visit.part("name")
    try:
        card = await confirm(visit.site, visit.ctx, name)
    except Refusal as refusal:
        visit.tell_text(told(visit.say, refusal), "bad")
    else:
        visit.tell("plugins.confirmed", plugin=card.said("title", visit.language))
    return soon(visit, f"/admin/plugins/{name}")


def _is_found(visit: Visit, card: PluginCard, words: str, state: str) -> bool:
    if state and card.state != state and not (state == "trouble" and looks.has_trouble(card)):
        return False
    text = " ".join([card.name, *(card.said(key, visit.language) for key in ("title", "description"))]).casefold()
    return all(word in text for word in words.split())
