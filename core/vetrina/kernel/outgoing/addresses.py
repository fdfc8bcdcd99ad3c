"""Which addresses may be called: URLs read strictly, and the networks that are nobody's business."""

import re
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from urllib.parse import quote, urlsplit

import msgspec

from vetrina.kernel.errors import Refusal

LONGEST_URL = 2_048
PORTS = {"http": 80, "https": 443}

_CLOSED_V4 = tuple(
    IPv4Network(text)
    for text in (
        "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24",
        "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24",
        "224.0.0.0/4", "240.0.0.0/4",
    )
)  # fmt: skip
_OPEN_V6 = IPv6Network("2000::/3")
"""Global unicast; everything else is somebody's inside, several receivers, or not given out."""
_CLOSED_V6 = tuple(IPv6Network(text) for text in ("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20"))
"""In it: Teredo and other protocols, documentation, 6to4, which carries an IPv4 address past whoever looks here."""
_MAPPED = IPv6Network("::ffff:0:0/96")
_NAT64 = IPv6Network("64:ff9b::/96")

_LABEL = r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?"
_NAME = re.compile(rf"{_LABEL}(?:\.{_LABEL})*")
_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*")
_UNPRINTED = re.compile(r"[\x00-\x20\x7f\\]")


class ForbiddenAddress(Refusal):
    """The address is none that may be called from here."""

    code = "FORBIDDEN_ADDRESS"
    text = "This address cannot be called: {problem}."


class Target(msgspec.Struct, frozen=True):
    """Where a URL leads: host is a name or an IP address in its usual spelling, path includes the query."""

    scheme: str
    host: str
    port: int
    path: str

    @property
    def place(self) -> str:
        """host:port, as the setting VETRINA_PRIVATE_ADDRESSES has it."""
        return f"{self._bracketed}:{self.port}"

    @property
    def authority(self) -> str:
        """What the header Host says."""
        return self._bracketed if self.port == PORTS[self.scheme] else self.place

    @property
    def is_numeric(self) -> bool:
        """Whether the host is an address already, with nothing to look up."""
        return ":" in self.host or self.host.rpartition(".")[2].isdigit()

    @property
    def _bracketed(self) -> str:
        return f"[{self.host}]" if ":" in self.host else self.host


def read_target(url: str) -> Target:
    """Read an absolute http or https URL strictly; its fragment is dropped.

    Raises ForbiddenAddress for all that programs read differently: user names, blanks, backslashes, addresses as one
    number or in octal.
    """
    if not url or len(url) > LONGEST_URL or _UNPRINTED.search(url):
        raise ForbiddenAddress(problem=f"it is no URL of up to {LONGEST_URL} visible characters", reason="url")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise ForbiddenAddress(problem="it is no URL", reason="url") from None
    if parts.scheme not in PORTS:
        raise ForbiddenAddress(problem="only http and https are spoken", reason="scheme")
    if "@" in parts.netloc:
        raise ForbiddenAddress(problem="a user name or password does not belong into it", reason="password")
    host = _host(parts.hostname or "", is_bracketed=parts.netloc.startswith("["))
    path = quote(parts.path or "/", safe="/%:@!$&'()*+,;=~-._")
    query = f"?{quote(parts.query, safe='/%:@!$&()*+,;=~-._?')}" if parts.query else ""
    return Target(parts.scheme, host, PORTS[parts.scheme] if port is None else port, path + query)


def is_public(address: IPv4Address | IPv6Address) -> bool:
    """Whether an address is one of the open internet, also when it is wrapped in another."""
    if isinstance(address, IPv4Address):
        return not any(address in network for network in _CLOSED_V4)
    if address in _MAPPED or address in _NAT64:
        return is_public(IPv4Address(int(address) & 0xFFFF_FFFF))
    return address in _OPEN_V6 and not any(address in network for network in _CLOSED_V6)


def _host(given: str, *, is_bracketed: bool) -> str:
    try:
        if is_bracketed:
            if "%" in given:
                raise ForbiddenAddress(problem="an address with a zone is one of this machine's own", reason="private")
            return str(IPv6Address(given))
        name = given.encode("idna").decode("ascii").lower().removesuffix(".")
        if _NUMBER.fullmatch(name.rpartition(".")[2]):
            return str(ip_address(name))
    except ValueError:
        raise ForbiddenAddress(problem="its host is neither a name nor a plain IP address", reason="host") from None
    if len(name) > 253 or not _NAME.fullmatch(name):
        raise ForbiddenAddress(problem="its host is neither a name nor a plain IP address", reason="host")
    return name
