"""Every Protocol a plugin may serve, with the values that pass through it; nothing is defined here."""

from vetrina.kernel.registry import Policy
from vetrina.shop.catalog.ports import (
    CatalogueFormat,
    ImageDraft,
    MetafieldDraft,
    PriceDraft,
    ProductDraft,
    TranslationDraft,
    VariantDraft,
)
from vetrina.shop.checkout.ports import HostedPages
from vetrina.shop.delivery.ports import DeliveredLine, DeliveryOption, DeliveryProvider, DeliveryRequest
from vetrina.shop.mail.ports import Letter, MailProvider, MailRefused
from vetrina.shop.orders.ports import (
    OrderHistoryFormat,
    PastCorrection,
    PastCustomer,
    PastLine,
    PastOrder,
    PastPayment,
)
from vetrina.shop.payments.ports import (
    MoneyRequest,
    NextStep,
    OfferedMethod,
    OfferRequest,
    PaymentProvider,
    PaymentReport,
    PaymentScript,
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
from vetrina.shop.pricing.rules import (
    Adjustment,
    Discount,
    Quote,
    QuotedDelivery,
    QuoteLine,
    Redemption,
    Target,
    with_adjustments,
)
from vetrina.shop.tax.ports import TaxableLine, TaxedLine, TaxProvider, TaxRequest
from vetrina.shop.tax.rules import answers, tax_on_top, tax_within
from vetrina.vocabulary import RowProblem

__all__ = [
    "Adjustment",
    "CatalogueFormat",
    "CodeAnswer",
    "DeliveredLine",
    "DeliveryOption",
    "DeliveryProvider",
    "DeliveryRequest",
    "Discount",
    "HostedPages",
    "ImageDraft",
    "MetafieldDraft",
    "Letter",
    "MailProvider",
    "MailRefused",
    "MoneyRequest",
    "NextStep",
    "OfferRequest",
    "OfferedMethod",
    "OrderHistoryFormat",
    "PastCorrection",
    "PastCustomer",
    "PastLine",
    "PastOrder",
    "PastPayment",
    "PaymentProvider",
    "PaymentReport",
    "PaymentScript",
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
    "Redemption",
    "RowProblem",
    "RuleSet",
    "RulesAnswer",
    "RulesRequest",
    "StartRequest",
    "Target",
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
