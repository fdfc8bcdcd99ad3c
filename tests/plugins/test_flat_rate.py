"""Flat-rate delivery: the contract, the zones, and what a cart worth enough pays."""

from decimal import Decimal

import pytest
from msgspec.structs import replace
from pydantic import ValidationError

from vetrina.kernel.context import Context
from vetrina.ports import DeliveredLine, DeliveryProvider
from vetrina.testing.delivery import DeliveryProviderContract
from vetrina_flat_rate.provider import FlatRate
from vetrina_flat_rate.settings import FlatRateSettings, Rate, Zone


class TestContract(DeliveryProviderContract):
    """The suite every provider passes."""

    def provider(self) -> DeliveryProvider:
        return FlatRate(FlatRateSettings())

    @pytest.mark.parametrize(
        ("country", "currency", "amounts"),
        [
            ("IT", "EUR", [590, 990]),
            ("DE", "EUR", [1190, 2490]),
            ("GB", "GBP", [1490, 2790]),
            ("US", "USD", [2490, 4990]),
        ],
    )
    async def test_each_zone_has_its_prices(
        self, ctx: Context, country: str, currency: str, amounts: list[int]
    ) -> None:
        options = await self.provider().options(ctx, self.request(country, currency))
        assert [option.amount for option in options] == amounts

    @pytest.mark.parametrize(("worth", "amount"), [(6_899, 590), (6_900, 0), (10_000, 0)])
    async def test_a_cart_worth_enough_travels_free(self, ctx: Context, worth: int, amount: int) -> None:
        line = DeliveredLine(variant_id=1, quantity=1, weight=100, amount=worth)
        request = replace(self.request(), lines=(line,))
        standard, express = await self.provider().options(ctx, request)
        assert (standard.amount, express.amount) == (amount, 990)

    async def test_titles_are_in_the_buyers_language(self, ctx: Context) -> None:
        options = await self.provider().options(ctx, self.request(language="it"))
        assert [option.title for option in options] == ["Consegna standard", "Consegna espressa"]


def rate(**fields: object) -> dict[str, object]:
    return {"handle": "post", "titles": {"en": "Post"}, "prices": {"EUR": "4.50"}, **fields}


@pytest.mark.parametrize(
    ("fields", "problem"),
    [
        ({"handle": "By Post"}, "handle"),
        ({"prices": {"EUR": "4.505"}}, "2 decimals"),
        ({"prices": {"EUR": "-1"}}, "below zero"),
        ({"prices": {"euro": "4"}}, "three letters"),
        ({"free_from": {"JPY": "0.5"}}, "0 decimals"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_a_rate_that_cannot_be_right_is_refused(fields: dict[str, object], problem: str) -> None:
    with pytest.raises(ValidationError, match=problem):
        Rate.model_validate(rate(**fields))


def test_a_country_belongs_to_one_zone() -> None:
    zone = Zone(name="Italy", countries=["IT"], rates=[Rate(handle="a", titles={}, prices={"EUR": Decimal(1)})])
    with pytest.raises(ValidationError, match="IT: a country belongs to one zone"):
        FlatRateSettings(zones=[zone, zone])


def test_rates_of_a_zone_have_their_own_handles() -> None:
    with pytest.raises(ValidationError, match="share a handle"):
        Zone.model_validate({"name": "Italy", "countries": ["IT"], "rates": [rate(), rate()]})
