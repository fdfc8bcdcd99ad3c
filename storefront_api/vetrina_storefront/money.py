"""MoneyV2: a decimal amount, as text, with its currency."""

from functools import lru_cache

import msgspec
import strawberry

from vetrina.graphql import read_from
from vetrina.graphql.scalars import Decimal
from vetrina.kernel.money import decimal_text
from vetrina_storefront.enums import CurrencyCode


class MoneyRow(msgspec.Struct, frozen=True):
    """An amount as the wire writes it."""

    amount: str
    currency_code: str


@lru_cache(maxsize=20_000)
def money(amount: int, currency: str) -> MoneyRow:
    """An amount in minor units of an ISO 4217 currency; prices come again and again, and so does their row."""
    return MoneyRow(decimal_text(amount, currency), currency)


@strawberry.type(description="An amount of money.")
class MoneyV2:
    amount: Decimal
    currency_code: CurrencyCode

    is_type_of = read_from(MoneyRow)


@strawberry.input(description="An amount of money.")
class MoneyInput:
    amount: Decimal
    currency_code: CurrencyCode
