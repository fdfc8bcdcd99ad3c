"""Whether a living shop's books are true: the core's ledgers and those that plugins declare, one after the other."""

from collections.abc import AsyncGenerator
from typing import Any

import msgspec

from vetrina.kernel.context import Context
from vetrina.kernel.meters import Work
from vetrina.plugin.declarations import LedgerCheck
from vetrina.plugin.site import Site
from vetrina.plugin.words import Words
from vetrina.views.ledgers import LEDGERS, Wrong

OWN = "core"
PATIENCE = 600.0
"""Seconds a plugin's ledger may take."""


class LedgerResult(msgspec.Struct, frozen=True):
    """What a look at one ledger found; nothing wrong when all is well. `rule` is an invariant such as I2, or empty."""

    owner: str
    rule: str
    name: str
    title: Words
    wrong: tuple[Wrong, ...]


async def ledgers(site: Site, ctx: Context) -> AsyncGenerator[LedgerResult]:
    """Look at every ledger there is, in the order of their owners. Needs shop.read.

    A plugin whose ledger cannot be looked at has something wrong with it, and the others are looked at all the same.
    """
    ctx.require("shop.read")
    for ledger in LEDGERS:
        yield LedgerResult(OWN, ledger.rule, ledger.name, ledger.title, tuple(await ledger.look(ctx)))
    for owner, item in site.collected.declarations:
        if isinstance(item, LedgerCheck):
            yield LedgerResult(owner, "", item.name, item.title, await _asked(site, ctx, owner, item))


async def _asked(site: Site, ctx: Context, owner: str, ledger: LedgerCheck) -> tuple[Wrong, ...]:
    async def attempt() -> Any:
        return await ledger.run(ctx)

    try:
        said = await site.shop.ports.meters.run(Work(owner, "ledger", ledger.name), attempt, PATIENCE)
    except Exception as error:  # whatever a look meets is what it has found
        said = [f"it cannot be looked at: {type(error).__name__}: {error}"]
    return tuple(Wrong(owner, sentence) for sentence in said)
