"""The delivery port over the settings: nothing is asked of anybody, nothing can fail."""

from vetrina.kernel.money import from_decimal
from vetrina.plugin import Context
from vetrina.ports import DeliveryOption, DeliveryProvider, DeliveryRequest
from vetrina_flat_rate.settings import FlatRateSettings, Rate


class FlatRate(DeliveryProvider):
    """Offers every rate of the zone a country is in that has a price in the cart's currency, in the shop's order."""

    def __init__(self, settings: FlatRateSettings) -> None:
        self._zones = {country: zone for zone in settings.zones for country in zone.countries}

    async def options(self, ctx: Context, request: DeliveryRequest) -> tuple[DeliveryOption, ...]:
        zone = self._zones.get(request.country)
        if zone is None:
            return ()
        worth = sum(line.amount for line in request.lines)
        return tuple(
            DeliveryOption(
                handle=rate.handle,
                title=_in(request.language, rate.titles) or rate.handle,
                description=_in(request.language, rate.descriptions),
                code=rate.handle,
                amount=_amount(rate, request.currency, worth),
            )
            for rate in zone.rates
            if request.currency in rate.prices
        )


def _amount(rate: Rate, currency: str, worth: int) -> int:
    """Minor units; nothing for a cart that is worth as much as the rate's limit, or more."""
    free_from = rate.free_from.get(currency)
    if free_from is not None and worth >= from_decimal(free_from, currency).amount:
        return 0
    return from_decimal(rate.prices[currency], currency).amount


def _in(language: str, texts: dict[str, str]) -> str | None:
    """The text in that language, else the first there is."""
    return texts.get(language) or next(iter(texts.values()), None)
