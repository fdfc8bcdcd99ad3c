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
from vetrina.shop.pricing.rules import Adjustment, Discount, Quote, QuotedDelivery, QuoteLine, with_adjustments
from vetrina.shop.tax.ports import TaxableLine, TaxedLine, TaxProvider, TaxRequest
from vetrina.shop.tax.rules import answers, tax_on_top, tax_within

__all__ = [
    "Adjustment",
    "CatalogueFormat",
    "CodeAnswer",
    "DeliveredLine",
    "DeliveryOption",
    "DeliveryProvider",
    "DeliveryRequest",
    "Discount",
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
    "QuotedDelivery",
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
    "answers",
    "tax_on_top",
    "tax_within",
    "with_adjustments",
]
