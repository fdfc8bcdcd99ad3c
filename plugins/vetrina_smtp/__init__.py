"""Sends the shop's mails through a mail server, by SMTP."""

from vetrina.plugin import HealthCheck, Provide, hookimpl
from vetrina.plugin.declarations import Declaration
from vetrina.ports import MailProvider
from vetrina_smtp import health
from vetrina_smtp.provider import SmtpMail
from vetrina_smtp.settings import SmtpSettings


@hookimpl
def register_ports(settings: SmtpSettings) -> list[Provide]:
    """Nothing while no server is named: then another plugin may send."""
    return [Provide(MailProvider, "smtp", SmtpMail(settings))] if settings.host else []


@hookimpl
def register_declarations(settings: SmtpSettings) -> list[Declaration]:
    return [HealthCheck("server", health.TITLE, health.check(settings), deadline=10.0)]
