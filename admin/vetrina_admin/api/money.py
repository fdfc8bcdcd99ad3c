"""Money on the wire: a decimal amount, as text, with its currency."""

from collections.abc import Sequence
from typing import Any, Protocol

import msgspec
import strawberry

from vetrina.graphql import Info, batch
from vetrina.graphql.scalars import Decimal
from vetrina.kernel.money import decimal_text


class MoneyRow(msgspec.Struct, frozen=True):
    """An amount as the wire writes it."""

    amount: str
    currency_code: str


@strawberry.type(description="An amount of money in major units; currencyCode is ISO 4217.")
class Money:
    amount: Decimal
    currency_code: str


class Priced(Protocol):
    """A row with amounts in minor units of its currency."""

    @property
    def currency(self) -> str: ...


def money(amount: int, currency: str) -> MoneyRow:
    """An amount in minor units of an ISO 4217 currency."""
    return MoneyRow(decimal_text(amount, currency), currency)


def money_field(name: str, **options: Any) -> Any:
    """A field of money read from the row's attribute of that name; null where there is no amount."""

    async def load_amounts(rows: Sequence[Priced], info: Info) -> list[MoneyRow | None]:
        amounts: list[int | None] = [getattr(row, name) for row in rows]
        return [
            None if amount is None else money(amount, row.currency) for row, amount in zip(rows, amounts, strict=True)
        ]

    return batch(load_amounts, **options)
