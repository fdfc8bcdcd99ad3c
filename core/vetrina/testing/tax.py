"""Tax for tests: a provider with a rate per country and class, and the suite every provider passes."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import ClassVar

import msgspec

from vetrina.kernel.context import Context
from vetrina.ports import (
    DestinationPrices,
    Policy,
    PricedLine,
    TaxableLine,
    TaxAnswer,
    TaxedLine,
    TaxProvider,
    TaxRequest,
    TaxTreatment,
    answers,
    tax_on_top,
    tax_within,
)

AT = datetime(2026, 11, 2, 9, tzinfo=UTC)
"""When everything is bought that the suite asks about."""


class FakeTax:
    """Charges `rates[country]`, in parts per million; nothing elsewhere. `failure` is raised instead."""

    policy: ClassVar[Policy] = TaxProvider.policy

    def __init__(
        self,
        rates: Mapping[str, int] | None = None,
        *,
        failure: Exception | None = None,
        treatment: TaxTreatment | None = None,
        good_for: int = 0,
    ) -> None:
        self.rates = {"IT": 220_000, "GB": 200_000, "US": 88_750} if rates is None else dict(rates)
        self.failure = failure
        self.treatment = treatment
        self.good_for = good_for
        self.asked: list[TaxRequest] = []

    async def tax(self, ctx: Context, request: TaxRequest) -> TaxAnswer:
        self.asked.append(request)
        if self.failure is not None:
            raise self.failure
        rate = self.rates.get(request.country, 0)
        compute = tax_within if request.prices_include_tax else tax_on_top
        lines = tuple(
            TaxedLine(key=line.key, title="VAT", rate=rate, amount=compute(line.amount, rate))
            for line in request.lines
            if rate
        )
        return TaxAnswer(lines=lines, treatment=self.treatment, good_for=self.good_for)


class TaxProviderContract:
    """Inherit, name the provider, and let pytest collect it. Needs a fixture `ctx`."""

    country = "IT"
    currency = "EUR"

    def provider(self) -> TaxProvider:
        raise NotImplementedError

    def request(self, *amounts: int, prices_include_tax: bool = True) -> TaxRequest:
        """A question about lines 1, 2, ... of these amounts, and about delivery of 500."""
        lines = [
            TaxableLine(key=key, amount=amount, quantity=1, tax_class="standard")
            for key, amount in enumerate(amounts, start=1)
        ]
        return TaxRequest(
            currency=self.currency,
            country=self.country,
            province=None,
            zip=None,
            prices_include_tax=prices_include_tax,
            at=AT,
            lines=(*lines, TaxableLine(key=None, amount=500, quantity=1, tax_class="standard")),
        )

    async def test_the_answer_fits_the_question(self, ctx: Context) -> None:
        for is_included in (True, False):
            request = self.request(0, 1, 999, 123_456, prices_include_tax=is_included)
            given = await self.provider().tax(ctx, request)
            assert answers(
                ((line.key, line.amount) for line in request.lines),
                ((line.key, line.rate, line.amount) for line in given.lines),
                is_included=is_included,
            )

    async def test_nothing_is_taxed_with_nothing(self, ctx: Context) -> None:
        given = await self.provider().tax(ctx, self.request(0, 0))
        assert sum(line.amount for line in given.lines if line.key is not None) == 0

    async def test_every_tax_line_is_named(self, ctx: Context) -> None:
        given = await self.provider().tax(ctx, self.request(1_000))
        assert all(line.title.strip() for line in given.lines)

    async def test_the_same_question_gets_the_same_answer(self, ctx: Context) -> None:
        provider = self.provider()
        assert await provider.tax(ctx, self.request(1_000)) == await provider.tax(ctx, self.request(1_000))

    async def test_a_question_about_nothing_is_answered(self, ctx: Context) -> None:
        request = msgspec.structs.replace(self.request(), lines=())
        assert (await self.provider().tax(ctx, request)).lines == ()

    async def test_why_is_said_in_words_that_can_be_kept(self, ctx: Context) -> None:
        """The order keeps it as a document, and gives it back as it was."""
        answer = await self.provider().tax(ctx, self.request(1_000))
        assert msgspec.json.decode(msgspec.json.encode(answer), type=TaxAnswer) == answer
        assert answer.good_for >= 0


class DestinationPricesContract:
    """Inherit, name the implementation, and let pytest collect it. Needs a fixture `ctx`."""

    currency = "EUR"
    home = "IT"
    abroad = "HU"
    """A country to which goods go, with another rate where the implementation knows one."""

    def prices(self) -> DestinationPrices:
        raise NotImplementedError

    def going(self, country: str) -> TaxRequest:
        """The question where goods go to that country."""
        return TaxRequest(
            currency=self.currency,
            country=country,
            province=None,
            zip=None,
            prices_include_tax=True,
            lines=(),
            at=AT,
            ships_from=self.home,
        )

    async def test_prices_at_home_are_what_they_are(self, ctx: Context) -> None:
        lines = [PricedLine(key=1, unit_price=1_220, quantity=2, tax_class="standard")]
        assert (await self.prices().unit_prices(ctx, self.going(self.home), lines)).get(1, 1_220) == 1_220

    async def test_a_price_is_never_below_nothing_and_only_of_lines_asked_about(self, ctx: Context) -> None:
        lines = [
            PricedLine(key=key, unit_price=price, quantity=1, tax_class="standard")
            for key, price in enumerate((0, 1, 99_999))
        ]
        found = await self.prices().unit_prices(ctx, self.going(self.abroad), lines)
        assert set(found) <= {0, 1, 2}
        assert found.get(0, 0) == 0
        assert min([*found.values(), 0]) == 0

    async def test_the_same_question_has_the_same_answer(self, ctx: Context) -> None:
        lines = [PricedLine(key=1, unit_price=1_220, quantity=1, tax_class="standard")]
        first, again = [await self.prices().unit_prices(ctx, self.going(self.abroad), lines) for _ in range(2)]
        assert first == again

    async def test_a_price_knows_nothing_of_quantities_and_neighbours(self, ctx: Context) -> None:
        """Else what a page shows of one piece is not what a cart asks for it."""
        alone = [PricedLine(key=1, unit_price=1_220, quantity=1, tax_class="standard")]
        beside = [
            PricedLine(key=1, unit_price=1_220, quantity=7, tax_class="standard"),
            PricedLine(key=2, unit_price=99_999, quantity=1, tax_class="standard"),
        ]
        asked = self.going(self.abroad)
        found = [(await self.prices().unit_prices(ctx, asked, lines)).get(1) for lines in (alone, beside)]
        assert found[0] == found[1]

    async def test_nothing_asked_is_nothing_answered(self, ctx: Context) -> None:
        assert await self.prices().unit_prices(ctx, self.going(self.abroad), []) == {}
