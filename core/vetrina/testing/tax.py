"""Tax for tests: a provider with a rate per country and class, and the suite every provider passes."""

from collections.abc import Mapping
from typing import ClassVar

from vetrina.kernel.context import Context
from vetrina.ports import Policy, TaxableLine, TaxedLine, TaxProvider, TaxRequest, answers, tax_on_top, tax_within


class FakeTax:
    """Charges `rates[country]`, in parts per million; nothing elsewhere. `failure` is raised instead."""

    policy: ClassVar[Policy] = TaxProvider.policy

    def __init__(self, rates: Mapping[str, int] | None = None, *, failure: Exception | None = None) -> None:
        self.rates = {"IT": 220_000, "GB": 200_000, "US": 88_750} if rates is None else dict(rates)
        self.failure = failure
        self.asked: list[TaxRequest] = []

    async def tax(self, ctx: Context, request: TaxRequest) -> tuple[TaxedLine, ...]:
        self.asked.append(request)
        if self.failure is not None:
            raise self.failure
        rate = self.rates.get(request.country, 0)
        compute = tax_within if request.prices_include_tax else tax_on_top
        return tuple(
            TaxedLine(key=line.key, title="VAT", rate=rate, amount=compute(line.amount, rate))
            for line in request.lines
            if rate
        )


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
            lines=(*lines, TaxableLine(key=None, amount=500, quantity=1, tax_class="standard")),
        )

    async def test_the_answer_fits_the_question(self, ctx: Context) -> None:
        for is_included in (True, False):
            request = self.request(0, 1, 999, 123_456, prices_include_tax=is_included)
            given = await self.provider().tax(ctx, request)
            assert answers(
                ((line.key, line.amount) for line in request.lines),
                ((line.key, line.rate, line.amount) for line in given),
                is_included=is_included,
            )

    async def test_nothing_is_taxed_with_nothing(self, ctx: Context) -> None:
        given = await self.provider().tax(ctx, self.request(0, 0))
        assert sum(line.amount for line in given if line.key is not None) == 0

    async def test_every_tax_line_is_named(self, ctx: Context) -> None:
        assert all(line.title.strip() for line in await self.provider().tax(ctx, self.request(1_000)))

    async def test_the_same_question_gets_the_same_answer(self, ctx: Context) -> None:
        provider = self.provider()
        assert await provider.tax(ctx, self.request(1_000)) == await provider.tax(ctx, self.request(1_000))

    async def test_a_question_about_nothing_is_answered(self, ctx: Context) -> None:
        request = TaxRequest(
            currency=self.currency, country=self.country, province=None, zip=None, prices_include_tax=True, lines=()
        )
        assert await self.provider().tax(ctx, request) == ()
