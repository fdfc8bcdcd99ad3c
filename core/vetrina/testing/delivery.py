"""Delivery for tests: a provider that answers what it is told, and the suite every provider passes."""

import re
from collections.abc import Sequence
from typing import ClassVar

from vetrina.kernel.context import Context
from vetrina.ports import DeliveredLine, DeliveryOption, DeliveryProvider, DeliveryRequest, Policy, Undeliverable

HANDLE = re.compile(r"[A-Za-z0-9_.-]{1,100}")


class FakeDelivery:
    """Offers the given options to the given countries, everywhere if none are named; `failure` is raised instead."""

    policy: ClassVar[Policy] = DeliveryProvider.policy

    def __init__(
        self,
        options: Sequence[DeliveryOption] = (),
        *,
        countries: Sequence[str] = (),
        failure: Exception | None = None,
    ) -> None:
        self.offered = tuple(options) or (DeliveryOption(handle="standard", title="Standard", amount=500),)
        self.countries = frozenset(countries)
        self.failure = failure
        self.asked: list[DeliveryRequest] = []

    async def options(self, ctx: Context, request: DeliveryRequest) -> tuple[DeliveryOption, ...]:
        self.asked.append(request)
        if self.failure is not None:
            raise self.failure
        return self.offered if not self.countries or request.country in self.countries else ()


class DeliveryProviderContract:
    """Inherit, name the provider and a place it delivers to, and let pytest collect it. Needs a fixture `ctx`."""

    country = "IT"
    currency = "EUR"
    unserved = "AQ"
    """A country nobody delivers to."""

    def provider(self) -> DeliveryProvider:
        raise NotImplementedError

    def request(self, country: str | None = None, currency: str | None = None, language: str = "en") -> DeliveryRequest:
        return DeliveryRequest(
            currency=currency or self.currency,
            country=country or self.country,
            province=None,
            zip=None,
            language=language,
            lines=(DeliveredLine(variant_id=1, quantity=2, weight=500, amount=2_000),),
        )

    async def offered(self, ctx: Context, request: DeliveryRequest) -> tuple[DeliveryOption, ...]:
        """What the provider offers; who says why he offers nothing, offers nothing."""
        try:
            return await self.provider().options(ctx, request)
        except Undeliverable as no:
            assert no.message.strip()
            return ()

    async def test_options_are_whole(self, ctx: Context) -> None:
        options = await self.provider().options(ctx, self.request())
        assert options
        for option in options:
            assert HANDLE.fullmatch(option.handle)
            assert option.title.strip()
            assert option.amount >= 0
            if option.promised_from is not None and option.promised_to is not None:
                assert option.promised_from <= option.promised_to
            if option.method_type in ("PICK_UP", "PICKUP_POINT"):
                assert option.pickup_point is not None and option.pickup_point.name.strip()

    async def test_every_option_has_its_own_handle(self, ctx: Context) -> None:
        handles = [option.handle for option in await self.provider().options(ctx, self.request())]
        assert len(handles) == len(set(handles))

    async def test_the_same_question_gets_the_same_answer(self, ctx: Context) -> None:
        provider = self.provider()
        assert await provider.options(ctx, self.request()) == await provider.options(ctx, self.request())

    async def test_handles_stay_the_same_in_every_language(self, ctx: Context) -> None:
        provider = self.provider()
        english, italian = [await provider.options(ctx, self.request(language=code)) for code in ("en", "it")]
        assert [option.handle for option in english] == [option.handle for option in italian]

    async def test_a_country_nobody_serves_has_no_options(self, ctx: Context) -> None:
        assert await self.offered(ctx, self.request(self.unserved)) == ()

    async def test_a_currency_without_prices_has_no_options(self, ctx: Context) -> None:
        """An amount in another currency would be charged as if it were in this one."""
        assert await self.offered(ctx, self.request(currency="XXX")) == ()
