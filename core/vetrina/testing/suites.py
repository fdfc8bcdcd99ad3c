"""One contract suite per port: what whoever serves it inherits in a test."""

from collections.abc import Mapping
from typing import Any

from vetrina.ports import (
    CatalogueFormat,
    DeliveryProvider,
    OrderHistoryFormat,
    PaymentProvider,
    PriceRules,
    Redeemable,
    TaxProvider,
)
from vetrina.testing.delivery import DeliveryProviderContract
from vetrina.testing.formats import CatalogueFormatContract, OrderHistoryFormatContract
from vetrina.testing.payment_contract import PaymentProviderContract
from vetrina.testing.pricing import PriceRulesContract, RedeemableContract
from vetrina.testing.tax import TaxProviderContract

SUITES: Mapping[type[Any], type[Any]] = {
    CatalogueFormat: CatalogueFormatContract,
    DeliveryProvider: DeliveryProviderContract,
    OrderHistoryFormat: OrderHistoryFormatContract,
    PaymentProvider: PaymentProviderContract,
    PriceRules: PriceRulesContract,
    Redeemable: RedeemableContract,
    TaxProvider: TaxProviderContract,
}
"""By port."""
