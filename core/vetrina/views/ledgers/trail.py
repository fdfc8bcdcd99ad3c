"""The audit log: every entry is what it was when its link was made, and none is missing."""

from datetime import timedelta

from vetrina.kernel.context import Context
from vetrina.kernel.crypto import same
from vetrina.views.ledgers.looking import RANGE, Ledger, Wrong
from vetrina.views.seals import link, links, unsealed_count

SEALED_WITHIN = timedelta(hours=1)
MOST = 20
"""Broken links that are told: who has changed one entry has broken no other, who has made a chain anew all of them."""


async def _chain(ctx: Context) -> list[Wrong]:
    wrong, above, before = list[Wrong](), 0, ""
    while found := await links(ctx.db, above=above, limit=RANGE):
        for row in found:
            entry = row.entry
            if entry is None:
                wrong.append(Wrong(f"audit entry {row.entry_id}", "it is gone"))
            elif not same(row.digest, link(ctx.shop.vault, before, entry)):
                wrong.append(Wrong(f"audit entry {row.entry_id}", "it or its link is not what was written"))
            before = row.digest
        above = found[-1].id
        if len(wrong) >= MOST:
            break
    waiting = await unsealed_count(ctx.db, before=ctx.now() - SEALED_WITHIN)
    if waiting:
        wrong.append(Wrong("audit log", f"{waiting} entries have no link: no worker runs, or somebody wrote the past"))
    return wrong


TRAIL = (Ledger("I13", "audit", "The audit log is what was written", _chain),)
