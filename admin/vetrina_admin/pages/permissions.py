"""Permissions as people read them: in groups, each with its sentence in their language."""

from collections.abc import Collection

import msgspec

from vetrina.views.permissions import CORE_PERMISSIONS
from vetrina_admin.pages.visits import Visit


class Choice(msgspec.Struct, frozen=True):
    """One permission with the box that grants it."""

    code: str
    sentence: str
    is_chosen: bool
    is_open: bool
    """Whether this visitor may change it: nobody grants what he lacks."""


class ChoiceGroup(msgspec.Struct, frozen=True):
    """What belongs together: a part of the core, or a plugin."""

    name: str
    title: str
    choices: tuple[Choice, ...]


def choices(visit: Visit, chosen: Collection[str], *, open_to: Collection[str] | None = None) -> list[ChoiceGroup]:
    """Every permission there is, and those somebody has that nobody declares any more.

    `open_to`: what may be granted; by default what the visitor may.
    """
    grantable = visit.ctx.actor.permissions if open_to is None else open_to
    groups: dict[str, list[Choice]] = {}
    for code in (*visit.site.permissions, *sorted(set(chosen) - set(visit.site.permissions))):
        choice = Choice(code, sentence(visit, code), code in chosen, code in grantable)
        groups.setdefault(code.partition(".")[0], []).append(choice)
    return [ChoiceGroup(name, _title(visit, name, group), tuple(group)) for name, group in groups.items()]


def sentence(visit: Visit, code: str) -> str:
    """What a permission allows, in the visitor's language."""
    if code in CORE_PERMISSIONS:
        return visit.say(f"permissions.{code.replace('.', '_')}")
    plugin = visit.site.collected.find(code.partition(".")[0])
    if plugin is not None and code in plugin.manifest.permissions:
        return plugin.manifest.said(code, visit.language)
    return visit.site.permissions.get(code, code)


def _title(visit: Visit, name: str, group: list[Choice]) -> str:
    if group[0].code in CORE_PERMISSIONS:
        return visit.say(f"permissions.group_{name}")
    plugin = visit.site.collected.find(name)
    return plugin.manifest.said("title", visit.language) if plugin is not None else name
