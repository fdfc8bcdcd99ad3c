"""One contract suite per port: what whoever serves it inherits in a test."""

from collections.abc import Mapping
from typing import Any

from vetrina.ports import (
    BuyerField,
    Carrier,
    CatalogueFormat,
    DeliveryProvider,
    DestinationPrices,
    DisputeDesk,
    DisputeSource,
    HostedPages,
    MailProvider,
    MediaStorage,
    NodeSource,
    OrderDocuments,
    OrderHistoryFormat,
    OrderLetters,
    PaymentCodes,
    PaymentProvider,
    PayoutSource,
    PriceRules,
    Redeemable,
    SearchIndex,
    SearchSource,
    ShopPolicies,
    SitemapSource,
    TaxProvider,
)
from vetrina.testing.buyer_fields import BuyerFieldContract
from vetrina.testing.carriers import CarrierContract
from vetrina.testing.delivery import DeliveryProviderContract
from vetrina.testing.documents import OrderDocumentsContract
from vetrina.testing.formats import CatalogueFormatContract, OrderHistoryFormatContract
from vetrina.testing.hosted import HostedPagesContract
from vetrina.testing.mail import MailProviderContract, OrderLettersContract
from vetrina.testing.media import MediaStorageContract
from vetrina.testing.payment_books import DisputeDeskContract, DisputeSourceContract, PayoutSourceContract
from vetrina.testing.payment_codes import PaymentCodesContract
from vetrina.testing.payment_contract import PaymentProviderContract
from vetrina.testing.pricing import PriceRulesContract, RedeemableContract
from vetrina.testing.search_index import SearchIndexContract
from vetrina.testing.sources import (
    NodeSourceContract,
    SearchSourceContract,
    ShopPoliciesContract,
    SitemapSourceContract,
)
from vetrina.testing.tax import DestinationPricesContract, TaxProviderContract

SUITES: Mapping[type[Any], type[Any]] = {
    BuyerField: BuyerFieldContract,
    Carrier: CarrierContract,
    CatalogueFormat: CatalogueFormatContract,
    DeliveryProvider: DeliveryProviderContract,
    DestinationPrices: DestinationPricesContract,
    DisputeDesk: DisputeDeskContract,
    DisputeSource: DisputeSourceContract,
    HostedPages: HostedPagesContract,
    MailProvider: MailProviderContract,
    NodeSource: NodeSourceContract,
    MediaStorage: MediaStorageContract,
    OrderDocuments: OrderDocumentsContract,
    OrderHistoryFormat: OrderHistoryFormatContract,
    OrderLetters: OrderLettersContract,
    PaymentCodes: PaymentCodesContract,
    PaymentProvider: PaymentProviderContract,
    PayoutSource: PayoutSourceContract,
    PriceRules: PriceRulesContract,
    Redeemable: RedeemableContract,
    SearchIndex: SearchIndexContract,
    SearchSource: SearchSourceContract,
    ShopPolicies: ShopPoliciesContract,
    SitemapSource: SitemapSourceContract,
    TaxProvider: TaxProviderContract,
}
"""By port."""
