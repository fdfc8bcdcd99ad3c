"""What is a mail address, what a mail may hold and enclose, how long one is remembered."""

import re
from datetime import timedelta
from enum import Enum

ADDRESS_LIMIT = 254
KEEP = timedelta(days=30)
"""How long it is known that a mail was sent, and to whom."""
LINE_LIMIT = 200
"""Characters of a subject and of a key."""
VALUES_LIMIT = 20_000
"""Bytes of what a mail is filled with, as JSON."""
WORDS_LIMIT = 400_000
"""Bytes of what is sealed of a mail, such as its words, as JSON."""

MOST_ATTACHMENTS = 5
"""Files of one mail."""
ATTACHED_LIMIT = 5_000_000
"""Bytes of all files of one mail: mail services refuse what is much larger."""
FILE_NAME_LIMIT = 80
"""Characters of a file's name."""
MEDIA_TYPES = frozenset(
    {
        "application/json",
        "application/pdf",
        "application/xml",
        "application/zip",
        "image/jpeg",
        "image/png",
        "text/calendar",
        "text/csv",
        "text/plain",
    }
)
"""What mails may enclose: nothing that runs."""

_FILE_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9 _-]*(?:\.[A-Za-z0-9_-]+)+")
_ADDRESS = re.compile(r"[^\s@<>\"(),;:\\\[\]\x00-\x1f\x7f]{1,64}@(?:[\w-]{1,63}\.)+[^\W\d_][\w-]{1,62}")


class MailState(Enum):
    """Where a mail stands."""

    WAITING = "waiting"
    SENT = "sent"
    REFUSED = "refused"
    """The mail service will never take it."""
    EXPIRED = "expired"
    """It came too late to be of use, such as a link that no longer opens anything."""


def is_address(value: str) -> bool:
    """Whether a mail can be sent there. Nothing in it can be mistaken for another header or another address."""
    return len(value) <= ADDRESS_LIMIT and value.isprintable() and _ADDRESS.fullmatch(value) is not None


def may_be_attached(name: str, media_type: str) -> bool:
    """Whether a file of that name and type may go with a mail: plain letters with an ending, and nothing that runs."""
    return len(name) <= FILE_NAME_LIMIT and _FILE_NAME.fullmatch(name) is not None and media_type in MEDIA_TYPES


def one_line(value: str) -> str:
    """A subject as it stands in a header: blanks and line ends become one blank, and it ends at the limit."""
    return " ".join("".join(part if part.isprintable() else " " for part in value).split())[:LINE_LIMIT]
