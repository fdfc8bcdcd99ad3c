"""Serves OrderLetters: whether who orders now is written a confirmation."""

from typing import ClassVar

from vetrina.plugin import Context
from vetrina.ports import OrderLetters, Policy
from vetrina_order_mails.kinds import CONFIRMING
from vetrina_order_mails.views import silent


class Letters:
    """Keeps nothing."""

    policy: ClassVar[Policy] = OrderLetters.policy

    async def confirms(self, ctx: Context) -> bool:
        return (await silent(ctx.db)).isdisjoint(CONFIRMING)
