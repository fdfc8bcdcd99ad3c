"""Mail: queue one with what it tells of, put it into words, send it; whether orders are confirmed by one."""

from vetrina.flows.mail.confirming import orders_are_confirmed
from vetrina.flows.mail.posting import Mail, post
from vetrina.flows.mail.rendering import Words
from vetrina.flows.mail.sending import JOBS, expire_mails, send_mail

__all__ = ["JOBS", "Mail", "Words", "expire_mails", "orders_are_confirmed", "post", "send_mail"]
