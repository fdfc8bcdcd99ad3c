"""Bank transfer, cash on delivery, payment in store: a payment provider that moves no money itself."""

from typing import Any

from vetrina.plugin import HealthCheck, Job, Provide, React, hookimpl
from vetrina.plugin.admin import AdminPage
from vetrina.plugin.declarations import Declaration
from vetrina.ports import PaymentCodes, PaymentProvider
from vetrina_manual_payment import health, reminding
from vetrina_manual_payment.codes import TransferCodes
from vetrina_manual_payment.provider import ManualPayment
from vetrina_manual_payment.settings import ManualPaymentSettings


@hookimpl
def register_ports(settings: ManualPaymentSettings) -> list[Provide]:
    return [
        Provide(PaymentProvider, "manual_payment", ManualPayment(settings)),
        Provide(PaymentCodes, "manual_payment", TransferCodes(settings)),
    ]


@hookimpl
def register_reactions(settings: ManualPaymentSettings) -> list[React[Any]]:
    return reminding.reactions(settings)


@hookimpl
def register_jobs(settings: ManualPaymentSettings) -> list[Job]:
    return reminding.jobs(settings)


@hookimpl
def register_admin(settings: ManualPaymentSettings) -> list[AdminPage]:
    from vetrina_manual_payment import admin  # forms are most of what importing the plugin would cost

    return admin.pages(settings)


@hookimpl
def register_declarations(settings: ManualPaymentSettings) -> list[Declaration]:
    return [HealthCheck("transfers", health.TITLE, health.check(settings))]
