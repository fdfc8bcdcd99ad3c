"""The carriers' promises, by the contract's own suite: by the library, by a line of our own, and by nobody at all."""

import asyncio

import msgspec
import pytest
from tests.support.carriers import World, account
from tests.support.shops import StillClock

from vetrina.kernel.context import Context
from vetrina.ports import Carrier, CarrierRefused, Label, ShipmentRequest
from vetrina.testing.carriers import AT, CarrierContract
from vetrina_carriers.kinds import KINDS
from vetrina_carriers.provider import AccountCarrier


class Promises(CarrierContract):
    """What all three are tried with."""

    key = ""
    formats = ("pdf", "zpl")

    @pytest.fixture
    async def ctx(self, ctx: Context, monkeypatch: pytest.MonkeyPatch) -> Context:
        """The shop with an account, whose every call goes to the doubles."""
        self._world = World()
        monkeypatch.setattr("vetrina_carriers.lines.inpost.PAUSES", (0.0, 0.0))
        await account(ctx, self.key)
        return self._world.behind(ctx)

    def carrier(self) -> Carrier:
        return AccountCarrier(KINDS[self.key])

    async def move_on(self, carrier: Carrier, label: Label) -> None:
        self._world.step(label.tracking_number)

    def silent(self) -> Carrier:
        self._world.hangs = True
        return self.carrier()


class TestDhl(Promises):
    key, service = "dhl", "mydhl_express_domestic"


class TestUps(Promises):
    key, service = "ups", "ups_standard_eu"


class TestInPost(Promises):
    key, service = "inpost", "inpost_locker_standard"

    def shipment(self, key: str = "label-1") -> ShipmentRequest:
        return msgspec.structs.replace(super().shipment(key), pickup_point_id="ITROM1")

    async def test_who_waits_too_long_may_leave(self, ctx: Context) -> None:
        """Its prices are the contract's, for which nobody is asked; its points are InPost's to tell."""
        assert await self.silent().rates(ctx, self.rate_request())
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.05):
                await self.silent().pickup_points(ctx, self.destination, 3)


class TestPractice(Promises):
    """Nobody is asked, so nobody is silent; a parcel moves as the hours pass."""

    key, service = "practice", "practice_standard"

    @pytest.fixture
    async def ctx(self, ctx: Context, clock: StillClock) -> Context:
        self._clock = clock
        clock.at = AT
        await account(ctx, self.key)
        return ctx

    async def move_on(self, carrier: Carrier, label: Label) -> None:
        self._clock.move(hours=13)

    async def test_who_waits_too_long_may_leave(self, ctx: Context) -> None:
        assert len(await self.carrier().rates(ctx, self.rate_request())) == 2

    async def test_one_that_is_on_its_way_is_not_taken_back(self, ctx: Context) -> None:
        label = await self.carrier().buy_label(ctx, self.shipment())
        await self.move_on(self.carrier(), label)
        with pytest.raises(CarrierRefused, match="on its way"):
            await self.carrier().cancel_label(ctx, label.reference)
