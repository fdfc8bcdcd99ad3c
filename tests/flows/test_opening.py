"""A shop opens with its markets, and countries and languages lead to them."""

from vetrina.kernel.context import Context
from vetrina.views.markets import atlas


async def test_a_country_leads_to_its_market(ctx: Context) -> None:
    places = await atlas(ctx.db)
    assert places.place().currency == "EUR"
    british = places.place("GB", "it")
    assert (british.currency, british.language, british.country) == ("GBP", "it", "GB")


async def test_an_unknown_country_or_language_leads_to_the_default(ctx: Context) -> None:
    place = (await atlas(ctx.db)).place("JP", "ja")
    assert (place.country, place.currency, place.language) == ("IT", "EUR", "en")
