"""What a provider is asked to do with money that it knows: the one way from a payment to a request."""

from vetrina.shop.payments.ports import MoneyRequest
from vetrina.shop.payments.rules import PaymentRow


def request_for(payment: PaymentRow, *, key: str = "", amount: int = 0) -> MoneyRequest:
    """The payment as it stands, in minor units. Frozen with a refund, key and amount are filled in when it is asked."""
    return MoneyRequest(
        key=key,
        payment_key=payment.key,
        provider_reference=payment.provider_reference,
        amount=amount,
        currency=payment.currency,
        authorised=payment.authorised,
        captured=payment.captured,
        refunded=payment.refunded,
    )
