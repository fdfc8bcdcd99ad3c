"""A contract suite, run on an implementation that nobody has written a test for."""

import inspect
from collections.abc import Iterator, Mapping
from typing import Any

from vetrina.plugin.contributions import Provide
from vetrina.ports import (
    DeliveryProvider,
    DestinationPrices,
    HostedPages,
    NodeSource,
    OfferRequest,
    OrderDocuments,
    OrderLetters,
    PaymentProvider,
    PriceRules,
    SearchIndex,
    SearchSource,
    ShopPolicies,
    SitemapSource,
    TaxProvider,
)
from vetrina.testing.delivery import DeliveryProviderContract
from vetrina.testing.doctor.patient import Patient
from vetrina.testing.documents import OrderDocumentsContract
from vetrina.testing.hosted import HostedPagesContract
from vetrina.testing.mail import OrderLettersContract
from vetrina.testing.payment_contract import AMOUNT, PaymentProviderContract
from vetrina.testing.pricing import PriceRulesContract
from vetrina.testing.search_index import SearchIndexContract
from vetrina.testing.shop import a_shop
from vetrina.testing.sources import (
    NodeSourceContract,
    SearchSourceContract,
    ShopPoliciesContract,
    SitemapSourceContract,
)
from vetrina.testing.suites import SUITES
from vetrina.testing.tax import DestinationPricesContract, TaxProviderContract

OFFER = OfferRequest(
    country="IT", currency="EUR", amount=AMOUNT, language="en", delivery_handles=("flat_rate:standard",)
)


def _of_payment(implementation: Any) -> Any:
    class Suite(PaymentProviderContract):
        offer = OFFER
        provider = implementation

    return Suite


def _of(suite: type[Any], name: str) -> Any:
    def made(implementation: Any) -> Any:
        def given(_: Any) -> Any:
            return implementation

        return type("Suite", (suite,), {name: given})

    return made


READY: Mapping[type[Any], Any] = {
    DeliveryProvider: _of(DeliveryProviderContract, "provider"),
    DestinationPrices: _of(DestinationPricesContract, "prices"),
    HostedPages: _of(HostedPagesContract, "pages"),
    NodeSource: _of(NodeSourceContract, "source"),
    OrderDocuments: _of(OrderDocumentsContract, "documents"),
    OrderLetters: _of(OrderLettersContract, "letters"),
    PaymentProvider: _of_payment,
    PriceRules: _of(PriceRulesContract, "rules"),
    SearchIndex: _of(SearchIndexContract, "index"),
    SearchSource: _of(SearchSourceContract, "source"),
    ShopPolicies: _of(ShopPoliciesContract, "keeper"),
    SitemapSource: _of(SitemapSourceContract, "source"),
    TaxProvider: _of(TaxProviderContract, "provider"),
}
"""Suites that need no more than an implementation: it is asked about Italy, in euros."""


async def keeps_contract(patient: Patient, item: Provide) -> str:
    """What of the port's contract an implementation breaks; nothing where it keeps all of it."""
    if item.port not in READY:
        return f"no test inherits {SUITES[item.port].__name__}, which needs a sample of yours"
    suite = READY[item.port](item.implementation)
    async with a_shop([*patient.needed, patient.name], beside=()) as shop:
        given = {"ctx": shop.ctx, "provider": item.implementation}
        for name, test in _tests(suite):
            wanted = [parameter for parameter in inspect.signature(test).parameters if parameter != "self"]
            try:
                await test(suite(), **{parameter: given[parameter] for parameter in wanted})
            except AssertionError as error:
                promise = name.removeprefix("test_").replace("_", " ")
                return f"it breaks “{promise}” ({str(error).splitlines()[0] if str(error) else 'by its assertion'})"
    return ""


def _tests(suite: type[Any]) -> Iterator[tuple[str, Any]]:
    for name, test in inspect.getmembers(suite, inspect.iscoroutinefunction):
        if name.startswith("test_"):
            yield name, test
