"""The catalogue: what is known of every plugin, whether it is on, left out, changed or gone."""

from collections import Counter
from collections.abc import Callable, Sequence
from typing import Literal

import msgspec

from vetrina.kernel.db import Reads
from vetrina.kernel.db.sizes import tables_owned
from vetrina.kernel.errors import NotFound
from vetrina.kernel.meters import Meter
from vetrina.plugin.collected import DOORS
from vetrina.plugin.desk.contents import Contribution, contributions
from vetrina.plugin.desk.shelf import OnDisk, look
from vetrina.plugin.site import Site
from vetrina.views.deliveries import subscribers
from vetrina.views.plugins import PluginRow, plugins

State = Literal["available", "on", "off", "left_out", "changed", "restart", "removed"]
"""available: installed and never on. left_out: should be on and is not. changed: its files are not those that were
confirmed. restart: it runs other code than is installed now. removed: its package is gone."""

CHANGED = "Its files have changed since it was switched on: look at them and confirm the change."
RESTART = "New code is installed; it is taken up when the processes of the shop are started again."
SAFE = "The shop runs in safe mode, with its doors alone."


class PluginProblem(msgspec.Struct, frozen=True):
    """Something to look at. `work` is the piece of work it is about, such as "job reviews.send-invitations"."""

    kind: Literal["breaker", "blocks", "leaks", "failures", "deliveries"]
    work: str
    count: int
    detail: str = ""


class PluginCard(msgspec.Struct, frozen=True, kw_only=True):
    """One plugin in the catalogue."""

    name: str
    title: str
    description: str
    version: str
    distribution: str
    state: State
    reason: str
    """A sentence that says why it is not simply on or off; empty when there is nothing to say."""
    is_door: bool
    is_on: bool
    """Whether the shop wants it on."""
    requires: tuple[str, ...]
    missing_plugins: tuple[str, ...]
    needs: tuple[str, ...]
    missing_modules: tuple[str, ...]
    permissions: dict[str, str]
    has_settings: bool
    has_tables: bool
    tables: tuple[str, ...]
    """Those of its tables that stand: they stay when it is switched off, and go when it is removed."""
    slots: tuple[str, ...]
    contributions: tuple[Contribution, ...]
    problems: tuple[PluginProblem, ...]
    said: Callable[[str, str], str]
    """Its title, description or a permission's sentence in a language: said("title", "it")."""


async def catalogue(site: Site, db: Reads) -> list[PluginCard]:
    """Every plugin that is installed or known to the shop: the doors, then by name."""
    rows = {row.name: row for row in await plugins(db)}
    parked = await _parked(db)
    shelf = await look(rows)
    tables = await tables_owned(db, list(shelf))
    is_on = {*DOORS, *(name for name, row in rows.items() if row.is_on)}
    return [_card(site, name, disk, rows.get(name), is_on, parked[name], tables[name]) for name, disk in shelf.items()]


async def plugin_card(site: Site, db: Reads, name: str, *, is_decided: bool = False) -> PluginCard:
    """One plugin of the catalogue. Raises NotFound.

    `is_decided`: somebody has just decided about it, and why this Runtime has left it out says nothing any more.
    """
    if is_decided:
        site = msgspec.structs.replace(site, collected=site.collected.reconsidering(name))
    card = next((card for card in await catalogue(site, db) if card.name == name), None)
    if card is None:
        raise NotFound(what=f"The plugin {name}", field=("name",))
    return card


def _card(
    site: Site,
    name: str,
    disk: OnDisk,
    row: PluginRow | None,
    is_on: set[str],
    parked: int,
    tables: Sequence[str],
) -> PluginCard:
    manifest = disk.manifest
    state, reason = _state(site, name, disk, row)
    requires = manifest.requires if manifest is not None else ()
    return PluginCard(
        name=name,
        title=manifest.title if manifest is not None else name,
        description=manifest.description if manifest is not None else "",
        version=disk.package.version,
        distribution=disk.package.distribution,
        state=state,
        reason=reason,
        is_door=name in DOORS,
        is_on=name in is_on,
        requires=requires,
        missing_plugins=tuple(other for other in requires if other not in is_on),
        needs=manifest.needs if manifest is not None else (),
        missing_modules=disk.missing,
        permissions=dict(manifest.permissions) if manifest is not None else {},
        has_settings=manifest is not None and manifest.settings is not None,
        has_tables=manifest is not None and manifest.tables,
        tables=tuple(tables),
        slots=manifest.slots if manifest is not None else (),
        contributions=contributions(site.collected, name),
        problems=_problems(site.shop.ports.meters.all(name), parked),
        said=manifest.said if manifest is not None else lambda key, _: name if key == "title" else "",
    )


def _state(site: Site, name: str, disk: OnDisk, row: PluginRow | None) -> tuple[State, str]:
    if not disk.is_there:
        return "removed", _sentence(disk.problem)
    is_in = site.collected.find(name) is not None
    left_out = next((entry.reason for entry in site.collected.left_out if entry.name == name), "")
    if name not in DOORS:
        if row is None:
            return "available", _sentence(disk.problem)
        if not row.is_on:
            return "off", _sentence(disk.problem)
        if disk.digest and row.digest and disk.digest != row.digest:
            return "changed", CHANGED
        if site.settings.safe and not is_in:
            return "left_out", SAFE
    if left_out and not is_in:
        return "left_out", _sentence(left_out)
    return ("restart", RESTART) if disk.is_stale else ("on", "")


def _sentence(reason: str) -> str:
    """A reason as people read it: a capital, a stop."""
    return f"{reason[0].upper()}{reason[1:].rstrip('.')}." if reason else ""


def _problems(meters: list[Meter], parked: int) -> tuple[PluginProblem, ...]:
    found: list[PluginProblem] = []
    for meter in meters:
        work, detail = f"{meter.work.kind} {meter.work.name}", meter.last_error or ""
        if meter.is_open:
            found.append(PluginProblem("breaker", work, meter.refusals, detail))
        if meter.blocks:
            found.append(PluginProblem("blocks", work, meter.blocks, f"{meter.longest_block:.1f} s"))
        if meter.leaks:
            found.append(PluginProblem("leaks", work, meter.leaks, detail))
        if meter.failures:
            found.append(PluginProblem("failures", work, meter.failures, detail))
    if parked:
        found.append(PluginProblem("deliveries", "", parked))
    return tuple(found)


async def _parked(db: Reads) -> Counter[str]:
    """Deliveries given up, by the plugin that could not digest them."""
    counted = Counter[str]()
    for row in await subscribers(db):
        counted[row.subscriber.partition(".")[0]] += row.parked
    return counted
