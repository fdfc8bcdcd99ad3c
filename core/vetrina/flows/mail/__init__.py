"""Mail: queue one with what it tells of, put it into words, send it."""

from vetrina.flows.mail.posting import Mail, post
from vetrina.flows.mail.sending import JOBS, expire_mails, send_mail

__all__ = ["JOBS", "Mail", "expire_mails", "post", "send_mail"]
