"""PriceRules: a plugin's discounts, loaded once per quote and applied purely. Redeemable: limited things used once."""

from collections.abc import Sequence
from datetime import datetime
from typing import ClassVar, Protocol

import msgspec

from vetrina.kernel.context import Context
from vetrina.kernel.db import Session
from vetrina.kernel.registry import Policy
from vetrina.shop.pricing.rules import Adjustment, Quote


class RulesRequest(msgspec.Struct, frozen=True, kw_only=True):
    """What is known when rules are loaded; codes are as the buyer typed them."""

    market_id: int
    currency: str
    codes: tuple[str, ...]
    customer_id: int | None
    email: str | None = None
    """As the buyer typed it; nobody has verified it."""
    product_ids: tuple[int, ...] = ()
    """The products in the cart."""
    at: datetime


class CodeAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """What a rule set says to a code it knows. `warning` is a CartWarningCode where it is not applicable."""

    code: str
    is_applicable: bool
    warning: str | None = None


class RulesAnswer(msgspec.Struct, frozen=True, kw_only=True):
    adjustments: tuple[Adjustment, ...] = ()
    codes: tuple[CodeAnswer, ...] = ()


class RuleSet(Protocol):
    """Rules as a value: the same quote always gets the same answer, and nothing is read or written.

    A set is asked about a cart before delivery is known, and once more, from the beginning, with the chosen
    deliveries in the quote, where there are any: then only this answer counts, so that what comes off lines and what
    comes off delivery can be weighed against each other. The quote holds the discounts of the sets that were asked
    before, never its own.
    """

    def adjust(self, quote: Quote) -> RulesAnswer: ...


class PriceRules(Protocol):
    """Loads what may change a price. Failure policy: required; a price nobody can vouch for is not shown."""

    policy: ClassVar[Policy] = Policy("required", 2.0)

    async def load(self, ctx: Context, request: RulesRequest) -> RuleSet: ...


class Redeemed(msgspec.Struct, frozen=True, kw_only=True):
    """A code that has a balance, as it was typed. Amounts in minor units of the currency asked for.

    `id` names the card to the outside: letters, digits, dots, dashes and underscores, and never the code.
    """

    id: str
    code: str
    last_characters: str
    balance: int


class Redeemable(Protocol):
    """Something that can be used up: gift cards, limited codes, points. Failure policy: required.

    reserve, confirm, release and give_back run inside the checkout's transaction, touch only the plugin's own tables
    and may be repeated with the same reference. reserve refuses (a Refusal) when the balance no longer covers the
    amount. release gives back what is held and nothing that was confirmed; give_back returns what an order used up,
    when it is cancelled, or so much of it as is paid back: then it is called once for each time.
    """

    policy: ClassVar[Policy] = Policy("required", 2.0, inside=True)

    async def look_up(self, ctx: Context, codes: Sequence[str], currency: str) -> tuple[Redeemed, ...]:
        """Those of the codes it knows and that have something left, in the order given."""
        ...

    async def reserve(self, session: Session, code: str, amount: int, reference: str, expires_at: datetime) -> None:
        """Hold so much; `code` as it was typed, or the adjustment's `use` where it has one."""
        ...

    async def confirm(self, session: Session, reference: str) -> None: ...

    async def release(self, session: Session, reference: str) -> None: ...

    async def give_back(self, session: Session, reference: str, amount: int | None = None) -> None:
        """Return what was used up: all that is left of it, or `amount` minor units."""
        ...
