"""The suite of those who say how an app of a bank reads awaited money from a picture."""

from typing import ClassVar

import msgspec

from vetrina.flows.payments.payment_codes import LONGEST_CODE
from vetrina.ports import AwaitedMoney, PaymentCodes


class PaymentCodesContract:
    """Inherit, name who says it and money that it has a code for, and let pytest collect it."""

    awaited: ClassVar[AwaitedMoney]

    def codes(self) -> PaymentCodes:
        raise NotImplementedError

    async def test_money_has_one_code_that_a_camera_can_read(self) -> None:
        told = await self.codes().code(self.awaited)
        assert told is not None
        assert 0 < len(told) <= LONGEST_CODE
        assert await self.codes().code(self.awaited) == told

    async def test_another_amount_or_order_is_another_code(self) -> None:
        codes = self.codes()
        more = msgspec.structs.replace(self.awaited, amount=self.awaited.amount + 1)
        assert await codes.code(more) != await codes.code(self.awaited)

    async def test_what_it_does_not_know_has_no_code(self) -> None:
        for changed in ({"method": "a-method-of-nobody"}, {"currency": "XTS"}, {"amount": 0}):
            assert await self.codes().code(msgspec.structs.replace(self.awaited, **changed)) is None
