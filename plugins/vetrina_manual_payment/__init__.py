"""Bank transfer and cash on delivery, as a payment provider that moves no money itself."""

from vetrina.plugin import Provide, hookimpl
from vetrina.ports import PaymentProvider
from vetrina_manual_payment.provider import ManualPayment
from vetrina_manual_payment.settings import ManualPaymentSettings


@hookimpl
def register_ports(settings: ManualPaymentSettings) -> list[Provide]:
    return [Provide(PaymentProvider, "manual_payment", ManualPayment(settings))]
