"""Mail: queue one with what it tells of and encloses, put it into words, send it; whether orders are confirmed."""

from vetrina.flows.mail.confirming import orders_are_confirmed
from vetrina.flows.mail.posting import Mail, StoredDocument, post
from vetrina.flows.mail.rendering import Words
from vetrina.flows.mail.sending import JOBS, expire_mails, send_mail

__all__ = ["JOBS", "Mail", "StoredDocument", "Words", "expire_mails", "orders_are_confirmed", "post", "send_mail"]
