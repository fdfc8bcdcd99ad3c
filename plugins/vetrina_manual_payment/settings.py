"""What the shop decides: whose account, until when, where cash is taken and what that costs."""

import re
from decimal import Decimal

from pydantic import BaseModel, ConfigDict, Field, field_validator

from vetrina.kernel.errors import BadInput
from vetrina.kernel.money import from_decimal

IBAN = re.compile(r"[A-Z]{2}\d{2}[A-Z0-9]{11,30}")
BIC = re.compile(r"[A-Z]{6}[A-Z0-9]{2}([A-Z0-9]{3})?")


class ManualPaymentSettings(BaseModel):
    """Countries are ISO 3166-1 codes; no countries means everywhere the shop sells."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    iban: str = Field(default="", title="IBAN", description="Without it, bank transfer is not offered.")
    bic: str = Field(default="", title="BIC", description="Needed by banks outside the single euro payments area.")
    account_holder: str = Field(default="", max_length=140, title="Account holder")
    bank: str = Field(default="", max_length=140, title="Bank")
    days_until_due: int = Field(
        default=7, ge=1, le=60, title="Days until due", description="So long the goods are reserved for a transfer."
    )
    transfer_currencies: list[str] = Field(
        default=["EUR"], title="Currencies of the account", description="Transfers are offered in these."
    )
    transfer_countries: list[str] = Field(default=[], title="Countries offered a transfer")
    takes_cash: bool = Field(default=True, title="Cash on delivery")
    cash_countries: list[str] = Field(default=[], title="Countries offered cash on delivery")
    cash_fees: dict[str, Decimal] = Field(
        default={}, title="Fee for cash", description='By currency, such as {"EUR": "3.50"}; charged to the buyer.'
    )
    cash_limits: dict[str, Decimal] = Field(
        default={}, title="Most in cash", description="By currency; above it, cash is not offered."
    )

    @field_validator("iban", "bic")
    @classmethod
    def _without_blanks(cls, value: str) -> str:
        return "".join(value.split()).upper()

    @field_validator("iban")
    @classmethod
    def _iban_is_right(cls, value: str) -> str:
        if value and not (IBAN.fullmatch(value) and _remainder(value) == 1):
            raise ValueError("this is not an IBAN: a digit is wrong or missing")
        return value

    @field_validator("bic")
    @classmethod
    def _bic_is_right(cls, value: str) -> str:
        if value and not BIC.fullmatch(value):
            raise ValueError("a BIC has 8 or 11 characters")
        return value

    @field_validator("transfer_countries", "cash_countries")
    @classmethod
    def _countries_are_codes(cls, value: list[str]) -> list[str]:
        codes = [code.strip().upper() for code in value]
        if not all(re.fullmatch("[A-Z]{2}", code) for code in codes):
            raise ValueError("a country is a code of two letters, such as IT")
        return codes

    @field_validator("transfer_currencies")
    @classmethod
    def _currencies_are_codes(cls, value: list[str]) -> list[str]:
        return [_currency(code) for code in value]

    @field_validator("cash_fees", "cash_limits")
    @classmethod
    def _amounts_are_money(cls, value: dict[str, Decimal]) -> dict[str, Decimal]:
        amounts = {_currency(code): amount for code, amount in value.items()}
        for currency, amount in amounts.items():
            try:
                money = from_decimal(amount, currency)
            except BadInput as refusal:
                raise ValueError(str(refusal)) from refusal
            if money.amount < 0:
                raise ValueError("an amount is not below zero")
        return amounts


def _currency(code: str) -> str:
    folded = code.strip().upper()
    if not re.fullmatch("[A-Z]{3}", folded):
        raise ValueError("a currency is a code of three letters, such as EUR")
    return folded


def _remainder(iban: str) -> int:
    """ISO 13616: letters count from 10, the first four characters go to the end, and 97 leaves 1."""
    return int("".join(str(int(character, 36)) for character in iban[4:] + iban[:4])) % 97
