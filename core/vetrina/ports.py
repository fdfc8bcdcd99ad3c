"""Every Protocol a plugin may serve, with the values that pass through it; nothing is defined here."""

from vetrina.kernel.registry import Policy
from vetrina.shop.catalog.ports import (
    CatalogueFormat,
    ImageDraft,
    MetafieldDraft,
    PriceDraft,
    ProductDraft,
    RowProblem,
    TranslationDraft,
    VariantDraft,
)
from vetrina.shop.delivery.ports import DeliveredLine, DeliveryOption, DeliveryProvider, DeliveryRequest
from vetrina.shop.payments.ports import (
    MoneyRequest,
    NextStep,
    OfferedMethod,
    OfferRequest,
    PaymentProvider,
    PaymentReport,
    ProviderMessage,
    StartRequest,
)
from vetrina.shop.pricing.ports import (
    CodeAnswer,
    PriceRules,
    Redeemable,
    Redeemed,
    RulesAnswer,
    RuleSet,
    RulesRequest,
)
from vetrina.shop.pricing.rules import Adjustment, Quote, QuoteLine
from vetrina.shop.tax.ports import TaxableLine, TaxedLine, TaxProvider, TaxRequest

__all__ = [
    "Adjustment",
    "CatalogueFormat",
    "CodeAnswer",
    "DeliveredLine",
    "DeliveryOption",
    "DeliveryProvider",
    "DeliveryRequest",
    "ImageDraft",
    "MetafieldDraft",
    "MoneyRequest",
    "NextStep",
    "OfferRequest",
    "OfferedMethod",
    "PaymentProvider",
    "PaymentReport",
    "Policy",
    "PriceDraft",
    "PriceRules",
    "ProductDraft",
    "ProviderMessage",
    "Quote",
    "QuoteLine",
    "Redeemable",
    "Redeemed",
    "RowProblem",
    "RuleSet",
    "RulesAnswer",
    "RulesRequest",
    "StartRequest",
    "TaxProvider",
    "TaxRequest",
    "TaxableLine",
    "TaxedLine",
    "TranslationDraft",
    "VariantDraft",
]
