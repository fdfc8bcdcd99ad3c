"""The carriers' promises, by the contract's own suite: DHL and UPS by the library, InPost by a line of our own."""

import asyncio

import msgspec
import pytest
from tests.support.carriers import World, account

from vetrina.kernel.context import Context
from vetrina.ports import Carrier, Label, ShipmentRequest
from vetrina.testing.carriers import CarrierContract
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
