"""The carrier port: DHL, UPS and InPost by the shop's accounts, and labels that are bought once per key."""

from typing import ClassVar

import msgspec

from vetrina.kernel.errors import Unavailable
from vetrina.plugin import Context
from vetrina.ports import (
    Carrier,
    CarrierRate,
    CarrierRefused,
    Label,
    PickupPoint,
    Policy,
    RateRequest,
    ShipmentRequest,
    Tracking,
)
from vetrina.vocabulary import Address
from vetrina_carriers.flows.accounts import open_account, opened
from vetrina_carriers.flows.buying import label_of, settle_soon
from vetrina_carriers.flows.labels import cancel_label, wish_again, write_wish
from vetrina_carriers.kinds import CarrierWhyNot, Kind
from vetrina_carriers.lines import Line, line_of
from vetrina_carriers.views import (
    AccountRow,
    LabelRow,
    label_by_key,
    label_by_reference,
    papers,
    sealed_credentials,
    usual_account,
)

SECONDS = 7.0
"""Less than the port's own deadline, so that a label's fate is told."""


class AccountCarrier:
    """One carrier, by the account of it that is the usual one. Keeps nothing: labels stand in the plugin's table."""

    policy: ClassVar[Policy] = Carrier.policy

    def __init__(self, kind: Kind) -> None:
        self._kind = kind

    async def rates(self, ctx: Context, request: RateRequest) -> tuple[CarrierRate, ...]:
        return await (await self._line(ctx)).rates(ctx, request)

    async def buy_label(self, ctx: Context, request: ShipmentRequest) -> Label:
        """Written down, then bought: the same key finds what is written. What was refused may be asked for anew."""
        known = await label_by_key(ctx.db, request.key)
        if known is None:
            account = await self._account(ctx)
            async with ctx.tx() as session:
                await write_wish(ctx, session, account, request)
            known = await label_by_key(ctx.db, request.key)
        elif known.state == "failed":
            await wish_again(ctx, known, request)
            known = await label_by_key(ctx.db, request.key)
        if known is not None and known.state in ("waiting", "asking"):
            known = await settle_soon(ctx, known.id, SECONDS)
        return await _answer(ctx, known)

    async def cancel_label(self, ctx: Context, reference: str) -> None:
        known = await label_by_reference(ctx.db, self._kind.key, reference)
        if known is None:
            raise CarrierRefused("UNKNOWN_SHIPMENT", "The shop has bought no such label.")
        await cancel_label(ctx, known.id)

    async def track(self, ctx: Context, tracking_numbers: tuple[str, ...]) -> tuple[Tracking, ...]:
        return await (await self._line(ctx)).track(ctx, tracking_numbers)

    async def pickup_points(self, ctx: Context, near: Address, limit: int) -> tuple[PickupPoint, ...]:
        return await (await self._line(ctx)).points(ctx, near, limit)

    async def _account(self, ctx: Context) -> AccountRow:
        row = await usual_account(ctx.db, self._kind.key)
        if row is None:
            raise CarrierRefused("ACCOUNT", f"The shop has no account at {self._kind.title}.")
        return row

    async def _line(self, ctx: Context) -> Line:
        row = await self._account(ctx)
        sealed = await sealed_credentials(ctx.db, row.id)
        return line_of(opened(ctx, row, sealed) if sealed is not None else await open_account(ctx, row.id))


async def _answer(ctx: Context, row: LabelRow | None) -> Label:
    """What a label's state means to whoever wished for it."""
    if row is not None and row.state in ("bought", "cancelled"):
        found = await papers(ctx.db, [row.id])
        if found:
            return label_of(row, found[0].format, found[0].content)
    if row is not None and row.state == "failed":
        why = msgspec.convert(row.why or "CONTENTS", CarrierWhyNot)
        raise CarrierRefused(why, row.problem or "refused", field=_BLAMED.get(why))
    raise Unavailable(row.problem or "the label is being bought" if row is not None else "no label")


_BLAMED = {"SERVICE": ("service",), "ADDRESS": ("destination",)}
