"""Rows for the demo: an account at the carrier that is none, so that labels can be bought by a newcomer."""

from vetrina.plugin import Context
from vetrina.ports import Parcel
from vetrina_carriers.flows.accounts import Sheet, create_account, try_account
from vetrina_carriers.kinds import PRACTICE


async def show_off(ctx: Context) -> None:
    """An account, tried."""
    sheet = Sheet(
        name="Practice", number="0000", secrets={}, services=PRACTICE.services,
        parcel=Parcel(weight=1_000, length=300, width=200, height=150),
    )  # fmt: skip
    await try_account(ctx, await create_account(ctx, PRACTICE.key, sheet))
