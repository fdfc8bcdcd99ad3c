"""Ports with several implementations: who is asked first."""

from vetrina.kernel.errors import NotFound, Refusal
from vetrina.plugin.desk import port_orders, reorder
from vetrina_admin.pages.answers import Answer, render
from vetrina_admin.pages.forms import Form
from vetrina_admin.pages.guarded import title_of
from vetrina_admin.pages.plugins import looks
from vetrina_admin.pages.plugins.waiting import soon, until_taken_up
from vetrina_admin.pages.refusals import told
from vetrina_admin.pages.visits import Visit
from vetrina_admin.pages.wording import knows


async def port_list(visit: Visit) -> Answer:
    """Every port somebody serves; those with several implementations have an order."""
    waiting = await until_taken_up(visit)
    if waiting is not None:
        return waiting
    ports = sorted(await port_orders(visit.site, visit.ctx), key=lambda port: (len(port.places) < 2, port.name))
    titles = {place.owner: title_of(visit, place.owner) for port in ports for place in port.places}
    names = {port.name: _said(visit, port.name) for port in ports}
    return render(visit, "plugins/ports.html", ports=ports, titles=titles, names=names, looks=looks)


async def move(visit: Visit, form: Form) -> Answer:
    """Move one implementation up or down by a place, or forget the order."""
    name = visit.part("port")
    port = next((port for port in await port_orders(visit.site, visit.ctx) if port.name == name), None)
    if port is None:
        raise NotFound(what="The port")
    keys = [place.key for place in port.places]
    wish, _, key = form.get("do").partition(":")
    if wish == "forget":
        keys = []
    elif key in keys:
        here = keys.index(key)
        there = min(max(here + (-1 if wish == "up" else 1), 0), len(keys) - 1)
        keys.insert(there, keys.pop(here))
    try:
        await reorder(visit.site, visit.ctx, name, keys)
    except Refusal as refusal:
        visit.tell_text(told(visit.say, refusal), "bad")
    else:
        visit.tell("plugins.reordered", port=_said(visit, name))
    return soon(visit, "/admin/ports")


def _said(visit: Visit, port: str) -> str:
    """What a port is for, in words; its own name where the words do not know it."""
    key = f"ports.{port}"
    return visit.say(key) if knows(key) else port
