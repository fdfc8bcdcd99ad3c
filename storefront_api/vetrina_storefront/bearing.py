"""Who asks: the front end that a token names, and the buyer behind a front end's own server."""

import ipaddress
from collections.abc import Awaitable, Callable, Iterator, Mapping

import structlog

from vetrina.graphql.errors import Refused
from vetrina.graphql.requests import CLIENT
from vetrina.kernel.crypto import hash_token
from vetrina.kernel.db import Database
from vetrina.views.storefront_tokens import known_storefront_tokens

log = structlog.get_logger(__name__)

TOKENS = (
    "x-vetrina-storefront-token",
    "x-shopify-storefront-access-token",
    "shopify-storefront-private-token",
)
"""Headers that mean the same; a front end may send several."""
BUYERS = ("x-vetrina-buyer-ip", "shopify-storefront-buyer-ip")
"""Headers by which a front end's server says for whom it asks; the first that is there counts."""
LONGEST_TOKEN = 200
LONGEST_ADDRESS = 45
"""Characters: an IPv6 address that ends as IPv4 does."""

Headers = Mapping[str, str]
Admit = Callable[[Headers], Awaitable[None]]


class Bearers:
    """The tokens of a shop: read again only when something everybody may be answered has changed since.

    A token that is revoked changes that too, in whichever process it happens.
    """

    def __init__(self, db: Database) -> None:
        self._db = db
        self._kept: tuple[int, dict[str, bool]] | None = None

    async def is_known(self, headers: Headers) -> bool:
        """Whether one of the tokens that came along is one of the shop's."""
        known = await self._known()
        return any(digest in known for digest in _digests(headers))

    async def client(self, headers: Headers) -> str:
        """The IP address to count by: where the request comes from, or whom a private token's server asks for."""
        here = headers.get(CLIENT.decode(), "")
        told = next((headers[name] for name in BUYERS if name in headers), "")
        if not told or not await self._is_a_server(headers):
            return here
        buyer = _address(told)
        if buyer is None:
            log.warning("a front end's server names no address of its buyer", header_length=len(told))
        return buyer or here

    async def _is_a_server(self, headers: Headers) -> bool:
        known = await self._known()
        return any(known.get(digest, False) for digest in _digests(headers))

    async def _known(self) -> dict[str, bool]:
        """Digests, each with whether only a server has the token."""
        version = self._db.shared_version()  # before reading: what is read later is at least as new
        if version is not None and self._kept is not None and self._kept[0] == version:
            return self._kept[1]
        found = {row.token_hash: row.is_private for row in await known_storefront_tokens(self._db)}
        self._kept = None if version is None else (version, found)
        return found


def admitting(bearers: Bearers) -> Admit:
    """Let in whoever brings a token of the shop's, and nobody else."""

    async def admit(headers: Headers) -> None:
        if await bearers.is_known(headers):
            return
        has_one = any(name in headers for name in TOKENS)
        reason = "UNKNOWN_STOREFRONT_TOKEN" if has_one else "STOREFRONT_TOKEN_REQUIRED"
        problem = (
            "This storefront token is not known, or was revoked; ask the shop for another."
            if has_one
            else "This shop answers front ends that send its token in X-Vetrina-Storefront-Token."
        )
        challenge = ((b"www-authenticate", b"X-Vetrina-Storefront-Token"),)
        raise Refused("UNAUTHENTICATED", problem, 401, reason=reason, headers=challenge)

    return admit


def _digests(headers: Headers) -> Iterator[str]:
    for name in TOKENS:
        if name in headers:
            token = headers[name]
            if 0 < len(token) <= LONGEST_TOKEN and token.isascii():
                yield hash_token(token)


def _address(told: str) -> str | None:
    """An address as it is written, v4 or v6, without a zone; None for what is none."""
    text = told.strip()
    if len(text) > LONGEST_ADDRESS or "%" in text:
        return None
    try:
        return str(ipaddress.ip_address(text))
    except ValueError:
        return None
