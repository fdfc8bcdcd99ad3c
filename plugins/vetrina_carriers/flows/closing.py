"""Closing a carrier's day: what the driver is given is put on a list, once, and nobody changes it any more."""

from sqlalchemy import bindparam, update

from vetrina.flows.auditing import audited
from vetrina.kernel.context import Context
from vetrina.kernel.db import id_in
from vetrina.kernel.errors import NotFound, Refusal
from vetrina_carriers.flows.labels import LABELS
from vetrina_carriers.models import CarriersLabel, CarriersManifest
from vetrina_carriers.views import account_by_id, labels_to_close


class NothingToClose(Refusal):
    """No label waits for the driver."""

    code = "NOTHING_TO_CLOSE"
    text = "Nothing waits to be fetched with this account."
    texts = {"it": "Nulla attende il ritiro con questo contratto."}


async def close_day(ctx: Context, account_id: int) -> int:
    """Put every label of an account that is on no list onto a new one; the list's id. Needs carriers.labels.

    None of these carriers wants to be told by the interfaces used here, so the list is the shop's own, to be signed.
    Raises NotFound, NothingToClose.
    """
    ctx.require(LABELS)
    async with ctx.tx() as session:
        if await account_by_id(session, account_id) is None:
            raise NotFound(what="The account", field=("account_id",))
        waiting = await labels_to_close(session, account_id)
        if not waiting:
            raise NothingToClose
        manifest_id = await session.insert(
            CarriersManifest, account_id=account_id, count=len(waiting), reference=None, created_at=ctx.now()
        )
        await session.execute(_LIST, {"manifest": manifest_id, "labels": [row.id for row in waiting]})
        after = {"labels": len(waiting)}
        await audited(ctx, session, "carriers_day.closed", f"carriers_manifest:{manifest_id}", after=after)
        session.outcome = manifest_id
    return manifest_id


_LIST = (
    update(CarriersLabel)
    .where(id_in(CarriersLabel.id, "labels"), CarriersLabel.manifest_id.is_(None))
    .values(manifest_id=bindparam("manifest"))
)
