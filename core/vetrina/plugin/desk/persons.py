"""A person's rights: everything held about him in one export, and forgetting him, the plugins' part included."""

import asyncio
from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import msgspec
from pydantic_core import to_jsonable_python

from vetrina.flows.forgetting import (
    ERASE,
    begin_erasure,
    erase_part,
    erased_person,
    erasure_done,
    erasure_failed,
    export_core,
    person_found,
    subject_of,
)
from vetrina.kernel.context import Context
from vetrina.kernel.db import Session
from vetrina.kernel.db.sizes import tables_owned
from vetrina.kernel.errors import Fault
from vetrina.kernel.jobs import Job
from vetrina.kernel.meters import Work
from vetrina.plugin.collected import DOORS, Collected
from vetrina.plugin.declarations import Person, PersonalData
from vetrina.plugin.desk.shelf import look
from vetrina.plugin.site import Site
from vetrina.plugin.words import Words, said
from vetrina.views.persons import ErasurePartRow, FoundPerson, erasures
from vetrina.views.plugins import plugins

PATIENCE = 10.0
"""Seconds a plugin may take to say what it holds."""


class HeldPart(msgspec.Struct, frozen=True):
    """What one plugin holds about a person; without values it failed, and `problem` says how."""

    owner: str
    name: str
    holds: Words
    values: Mapping[str, Any] | None
    problem: str = ""


class PersonExport(msgspec.Struct, frozen=True):
    """All the shop holds about a person. Whoever could not be asked is named: nothing is missing unseen."""

    email: str
    core: Mapping[str, Any]
    """Rows by table, as plain values; amounts in minor units."""
    plugins: tuple[HeldPart, ...]
    not_asked: tuple[str, ...]
    """Plugins that are not in and whose tables stand: they may hold something."""

    @property
    def is_complete(self) -> bool:
        return not self.not_asked and not any(part.problem for part in self.plugins)


class ErasureCard(msgspec.Struct, frozen=True):
    """When a person was forgotten, and how far each owner is with it."""

    id: int
    asked_at: datetime
    asked_by: str
    parts: tuple[ErasurePartRow, ...]

    @property
    def is_done(self) -> bool:
        return all(part.done_at is not None for part in self.parts)


class ErasureFailed(Fault):
    """A plugin has not forgotten a person yet; the job tries again. The message names nobody."""


async def export_person(site: Site, ctx: Context, email: str) -> PersonExport:
    """Everything the core and the plugins hold under an e-mail address. Needs customers.read. Raises BadInput."""
    found = await person_found(ctx, email)
    declared = _declared(site.collected)
    parts = await asyncio.gather(*(_held(site, ctx, owner, item, _person(found)) for owner, item in declared))
    missing = await _not_asked(site, ctx)
    return PersonExport(found.email, await export_core(ctx, found), tuple(parts), missing)


async def erase_person(site: Site, ctx: Context, email: str, confirmation: str) -> ErasureCard:
    """Forget whoever has an e-mail address: the core at once, each plugin in a job that is tried until it succeeds.

    A plugin that is off and whose tables stand forgets when it is on again. `confirmation` is the address once more.
    Raises BadInput. Needs customers.write.
    """
    ctx.require("customers.write")
    owners: dict[str, list[str]] = {}
    for owner, item in _declared(site.collected):
        owners.setdefault(owner, []).append(item.name)
    owners |= {owner: [""] for owner in await _not_asked(site, ctx)}
    erasure_id = await begin_erasure(ctx, email, confirmation, owners)
    return next(card for card in await _cards(ctx, email) if card.id == erasure_id)


async def erasures_of(ctx: Context, email: str) -> list[ErasureCard]:
    """When whoever has an e-mail address was forgotten, the latest first. Needs customers.read."""
    ctx.require("customers.read")
    return await _cards(ctx, email)


def personal_jobs(collected: Collected) -> list[Job]:
    """The jobs in which plugins that hold personal data forget people."""
    owners = dict.fromkeys(owner for owner, _ in _declared(collected))
    return [Job(name=f"{owner}.{ERASE}", run=partial(_erase, collected, owner)) for owner in owners]


async def _held(site: Site, ctx: Context, owner: str, item: PersonalData, person: Person) -> HeldPart:
    async def ask() -> Mapping[str, Any]:
        return to_jsonable_python(dict(await item.export(ctx, person)))

    try:
        values = await site.shop.ports.meters.run(Work(owner, "personal", item.name), ask, PATIENCE)
    except Exception as error:  # a plugin may fail in any way; that it did is part of the answer
        return HeldPart(owner, item.name, item.holds, None, f"{owner} failed: {type(error).__name__}.")
    return HeldPart(owner, item.name, item.holds, values)


async def _erase(collected: Collected, owner: str, ctx: Context, payload: dict[str, Any]) -> None:
    """One plugin's part of an erasure; what has succeeded in an earlier try is done, and done again harmlessly."""
    erasure_id, found = erased_person(ctx, payload)
    failed: list[str] = []
    for _, item in _declared(collected, owner):
        part = (owner, item.name)
        try:
            await erase_part(ctx, erasure_id, part, _kept(item), partial(_forget, ctx, item, _person(found)))
        except Exception as error:  # written down without its message, which may name the person
            failed.append(f"{item.name}: {type(error).__name__}")
            await erasure_failed(ctx, erasure_id, part, type(error).__name__)
    if failed:
        raise ErasureFailed("; ".join(failed))
    await erasure_done(ctx, erasure_id, owner)


async def _forget(ctx: Context, item: PersonalData, person: Person, session: Session) -> int:
    return await item.erase(ctx, session, person)


def _kept(item: PersonalData) -> str:
    if item.keep_for is None:
        return ""
    return f"{said(item.because, 'en')} ({item.keep_for // timedelta(days=1)} days)"


def _declared(collected: Collected, owner: str | None = None) -> list[tuple[str, PersonalData]]:
    return [
        (name, item)
        for name, item in collected.declarations
        if isinstance(item, PersonalData) and owner in (None, name)
    ]


def _person(found: FoundPerson) -> Person:
    return Person((found.email,), found.customer_ids, found.order_ids)


async def _not_asked(site: Site, ctx: Context) -> tuple[str, ...]:
    """Plugins the shop knows that are not in, while tables of theirs stand."""
    rows = [row.name for row in await plugins(ctx.db)]
    shelf = await look(rows)
    out = [name for name in shelf if name not in DOORS and site.collected.find(name) is None]
    known = set(rows)
    owned = await tables_owned(ctx.db, list(shelf))
    return tuple(name for name in out if owned[name] and name in known)


async def _cards(ctx: Context, email: str) -> list[ErasureCard]:
    found = await erasures(ctx.db, subject_of(ctx, email))
    return [ErasureCard(row.id, row.asked_at, row.asked_by, tuple(parts)) for row, parts in found]
