"""Decided without reading: passwords, how long tokens and links work, how often one may try."""

import ipaddress
import re
from collections.abc import Iterator
from datetime import timedelta
from enum import Enum
from typing import Literal, NamedTuple

TOKEN_STANDS = timedelta(days=30)
"""A front end renews its token before."""
SHORTEST_PASSWORD, LONGEST_PASSWORD = 8, 200
NAME_LIMIT = 255
MOST_ADDRESSES = 100
"""Addresses one customer keeps."""
COUNTED_FOR = timedelta(days=1)
"""How long a try can count at all."""

FaultKind = Literal["blank", "too_short", "too_long", "whitespace", "html", "url", "invalid"]


class Purpose(Enum):
    """What a mailed link is for."""

    ACTIVATE = "activate"
    RESET = "reset"
    EMAIL = "email"

    @property
    def stands(self) -> timedelta:
        """How long it works."""
        return {"activate": timedelta(hours=72), "reset": timedelta(hours=2), "email": timedelta(hours=24)}[self.value]


class Limit(NamedTuple):
    """So many tries within a time."""

    times: int
    within: timedelta


SIGN_IN_HERE = Limit(10, timedelta(minutes=15))
"""At one address from one network; whoever guesses keeps himself waiting, and not its owner elsewhere."""
SIGN_IN_ANYWHERE = Limit(100, timedelta(hours=1))
"""At one address, whoever tries."""
SIGN_IN_NETWORK = Limit(300, timedelta(minutes=15))
"""From one network, at whatever addresses: a front end's server asks for all its buyers."""
MAILED_ADDRESS = Limit(3, timedelta(hours=1))
"""Mails of one kind to one address that anybody may cause."""
MAILED_NETWORK = Limit(100, timedelta(hours=1))
LINK_NETWORK = Limit(100, timedelta(minutes=15))
"""Links and their secrets tried from one network."""


class Fault(NamedTuple):
    """One thing wrong with what was given; `field` is a field of the input."""

    field: str
    kind: FaultKind
    message: str


def password_fault(password: str) -> Fault | None:
    """What keeps this from being a password."""
    if not password.strip():
        return Fault("password", "blank", "The password cannot be empty.")
    if len(password) < SHORTEST_PASSWORD:
        return Fault("password", "too_short", f"The password has fewer than {SHORTEST_PASSWORD} characters.")
    if len(password) > LONGEST_PASSWORD:
        return Fault("password", "too_long", f"The password has more than {LONGEST_PASSWORD} characters.")
    if password != password.strip():
        return Fault("password", "whitespace", "The password cannot begin or end with a blank.")
    if not _is_text(password) or len(set(password)) < 3:
        return Fault("password", "invalid", "The password is too easily guessed.")
    return None


def email_fault(email: str) -> Fault | None:
    """What keeps this from being an address mails can be sent to."""
    if not email.strip():
        return Fault("email", "blank", "The e-mail address cannot be empty.")
    if len(email) > 254 or not email.isprintable() or _EMAIL.fullmatch(email) is None:
        return Fault("email", "invalid", "The e-mail address is not valid.")
    return None


def name_faults(**names: str | None) -> Iterator[Fault]:
    """What is wrong with names; they stand in mails, where nobody's address or markup belongs."""
    for field, value in names.items():
        called = field.replace("_", " ")
        if value is None:
            continue
        if len(value) > NAME_LIMIT:
            yield Fault(field, "too_long", f"The {called} has more than {NAME_LIMIT} characters.")
        elif _HTML.search(value):
            yield Fault(field, "html", f"The {called} cannot contain HTML.")
        elif _URL.search(value):
            yield Fault(field, "url", f"The {called} cannot contain a web address.")
        elif not _is_text(value) or not value.isprintable():
            yield Fault(field, "invalid", f"The {called} is not valid.")


def folded(email: str) -> str:
    """An address as it is kept and looked up."""
    return email.strip().lower()


def network_of(address: str) -> str:
    """Who is behind an IP address, as far as one can tell: IPv6 is given out by networks of 64 bits."""
    try:
        given = ipaddress.ip_address(address)
    except ValueError:
        return "unknown"
    if isinstance(given, ipaddress.IPv6Address) and given.ipv4_mapped is None:
        return str(ipaddress.ip_network((given, 64), strict=False))
    return str(getattr(given, "ipv4_mapped", None) or given)


def _is_text(value: str) -> bool:
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return "\0" not in value


_EMAIL = re.compile(r"[^\s@<>\"(),;:\\\[\]\x00-\x1f\x7f]{1,64}@(?:[\w-]{1,63}\.)+[^\W\d_][\w-]{1,62}")
_HTML = re.compile(r"<[a-zA-Z/!?]")
_URL = re.compile(r"https?://|\bwww\.[a-z0-9]|[a-z0-9-]+\.(?:com|net|org|info|ru|cn|xyz|top|shop)\b", re.IGNORECASE)
