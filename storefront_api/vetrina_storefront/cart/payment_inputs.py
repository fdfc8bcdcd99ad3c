"""How a cart is to be paid: the contract's alternatives, and the one our providers take."""

from decimal import Decimal as ExactDecimal

import strawberry

from vetrina.flows.cart.changes import CartProblem, CartRefused
from vetrina.flows.cart.payment import PaymentChoice
from vetrina.graphql.scalars import URL
from vetrina.kernel.errors import BadInput
from vetrina.kernel.money import Money, from_decimal
from vetrina_storefront.address_inputs import MailingAddressInput, mailing_value
from vetrina_storefront.cart.codes import CartCardSource
from vetrina_storefront.money import MoneyInput


@strawberry.input(description="A card held by the contract's own vault, which this shop does not have.")
class CartDirectPaymentMethodInput:
    accepted_subscription_terms: bool | None = False
    billing_address: MailingAddressInput
    card_source: CartCardSource | None = strawberry.UNSET
    session_id: str


@strawberry.input(description="Nothing to pay.")
class CartFreePaymentMethodInput:
    billing_address: MailingAddressInput


@strawberry.input(description="How a wallet's content was sealed.")
class ApplePayWalletHeaderInput:
    application_data: str | None = strawberry.UNSET
    ephemeral_public_key: str
    public_key_hash: str
    transaction_id: str


@strawberry.input(description="What a wallet gives; providers take their own tokens instead.")
class ApplePayWalletContentInput:
    billing_address: MailingAddressInput
    data: str
    header: ApplePayWalletHeaderInput
    last_digits: str | None = strawberry.UNSET
    signature: str
    version: str


@strawberry.input(description="What a wallet gives; providers take their own tokens instead.")
class ShopPayWalletContentInput:
    billing_address: MailingAddressInput
    session_token: str


@strawberry.input(description="A wallet.")
class CartWalletPaymentMethodInput:
    apple_pay_wallet_content: ApplePayWalletContentInput | None = strawberry.UNSET
    shop_pay_wallet_content: ShopPayWalletContentInput | None = strawberry.UNSET


@strawberry.input(description="One of the cart's payment methods.")
class CartProviderPaymentMethodInput:
    billing_address: MailingAddressInput | None = strawberry.UNSET
    handle: str
    return_url: URL | None = strawberry.field(
        default=strawberry.UNSET, description="Where the buyer comes back to; allow-listed origins only."
    )
    token: str | None = strawberry.field(
        default=strawberry.UNSET, description="A provider's token made in the browser; write-only."
    )


@strawberry.input(description="How a cart is to be paid: the amount the buyer saw, and exactly one way to pay.")
class CartPaymentInput:
    amount: MoneyInput
    direct_payment_method: CartDirectPaymentMethodInput | None = strawberry.UNSET
    free_payment_method: CartFreePaymentMethodInput | None = strawberry.UNSET
    provider_payment_method: CartProviderPaymentMethodInput | None = strawberry.UNSET
    source_identifier: str | None = strawberry.UNSET
    wallet_payment_method: CartWalletPaymentMethodInput | None = strawberry.UNSET


ALTERNATIVES = ("direct_payment_method", "free_payment_method", "provider_payment_method", "wallet_payment_method")


def payment_choice(given: CartPaymentInput) -> PaymentChoice:
    """The choice as the flow takes it. Raises CartRefused for an amount its currency cannot have."""
    provider, free = given.provider_payment_method or None, given.free_payment_method or None
    billing = (provider and provider.billing_address) or (free and free.billing_address) or None
    return PaymentChoice(
        amount=_amount(given.amount),
        alternatives=tuple(name for name in ALTERNATIVES if getattr(given, name)),
        handle=provider.handle if provider else None,
        token=(provider.token or None) if provider else None,
        return_url=(provider.return_url or None) if provider else None,
        billing_address=mailing_value(billing) if billing else None,
    )


def _amount(given: MoneyInput) -> Money:
    at = ("payment", "amount")
    try:
        return from_decimal(ExactDecimal(given.amount), given.currency_code.value, field=at)
    except BadInput as refused:
        problem = CartProblem(code="INVALID_PAYMENT", message=refused.message, field=at, reason="AMOUNT_MISMATCH")
        raise CartRefused(problem) from None
