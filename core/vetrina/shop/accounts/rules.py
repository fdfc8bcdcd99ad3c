"""Decided without reading: addresses one may be led to, verifiers, scopes, how long things stand, limits."""

import base64
import hashlib
import re
from collections.abc import Sequence
from datetime import timedelta
from urllib.parse import urlsplit

from vetrina.kernel.crypto import same
from vetrina.kernel.errors import BadInput

CODE_STANDS = timedelta(minutes=2)
"""An authorization code is exchanged at once."""
ACCESS_STANDS = timedelta(hours=1)
REFRESH_STANDS = timedelta(days=90)
"""Counted anew from each refresh."""
REUSE_LEEWAY = timedelta(seconds=30)
"""Two requests of one front end may refresh at once: within this time a used refresh token is no theft."""
SESSION_STANDS = timedelta(days=30)
PASSCODE_STANDS = timedelta(minutes=10)
PASSCODE_TRIES = 5
PASSCODE_DIGITS = 6
KEYS_KNOWN = timedelta(days=120)
"""How long a key that signs no more is published."""

MOST_URIS = 20
LONGEST_URI = 500
LONGEST_STATE = 1_000
LONGEST_NONCE = 255
LOOPBACK = ("localhost", "127.0.0.1", "[::1]")
OPENID, EMAIL = "openid", "email"
FULL_ACCESS = ("customer-account-api:full", "https://api.customers.com/auth/customer.graphql")
"""Both names front ends know for all of the API."""
SCOPES = (OPENID, EMAIL, *FULL_ACCESS)


_CHALLENGE = re.compile(r"[A-Za-z0-9_-]{43}")
_VERIFIER = re.compile(r"[A-Za-z0-9._~-]{43,128}")
_APP_SCHEME = re.compile(r"[a-z][a-z0-9+-]*(\.[a-z0-9+-]+)+")


def plain_uri(given: str) -> str:
    """An address as it is compared: one without a path means the root of its host. What is none stays as it is."""
    try:
        parts = urlsplit(given)
    except ValueError:
        return given
    return f"{given}/" if parts.netloc and not parts.path and not parts.query else given


def checked_uris(given: Sequence[str], *, field: str) -> list[str]:
    """Addresses a client may lead its customers to. Raises BadInput for what leads astray."""
    if len(given) > MOST_URIS:
        raise BadInput(
            field=(field,),
            problem=f"A client has at most {MOST_URIS} addresses of a kind.",
            reason="many",
            most=MOST_URIS,
        )
    return list(dict.fromkeys(_checked_uri(uri.strip(), field) for uri in given if uri.strip()))


def _checked_uri(uri: str, field: str) -> str:
    problem = _problem(uri)
    if problem:
        raise BadInput(field=(field,), problem=f"{uri[:100]}: {problem}", reason="leads_back", address=uri[:100])
    return plain_uri(uri)


def _problem(uri: str) -> str | None:
    if (
        len(uri) > LONGEST_URI
        or not uri.isascii()
        or not uri.isprintable()
        or any(part in uri for part in " \"<>\\`;,'")
    ):
        return f"An address has at most {LONGEST_URI} characters, and none that have to be encoded."
    try:
        parts = urlsplit(uri)
        host, _ = parts.hostname, parts.port
    except ValueError:
        return "This is no address."
    if "#" in uri or "*" in uri:
        return "An address is compared as it is: it has no fragment and no wildcard."
    if parts.username is not None or parts.password is not None:
        return "An address holds no password."
    if parts.scheme == "https" or (parts.scheme == "http" and parts.netloc.partition(":")[0] in LOOPBACK):
        return None if host else "An address has a host."
    if parts.scheme == "http":
        return "It begins with https://; http:// is for this computer alone."
    if _APP_SCHEME.fullmatch(parts.scheme):
        return None  # an app's own, named after a domain as RFC 8252 wants it
    return "It begins with https://, or with an app's own scheme such as com.example.app:"


def origin_of(uri: str) -> str:
    """What a page's Content-Security-Policy calls the place behind an address."""
    parts = urlsplit(uri)
    return f"{parts.scheme}://{parts.netloc}" if parts.scheme in ("http", "https") else f"{parts.scheme}:"


def is_challenge(given: str) -> bool:
    """Whether this can be the SHA-256 of a verifier."""
    return _CHALLENGE.fullmatch(given) is not None


def proves(verifier: str, challenge: str) -> bool:
    """Whether this verifier is the one behind the challenge (S256, RFC 7636)."""
    if not _VERIFIER.fullmatch(verifier):
        return False
    digest = hashlib.sha256(verifier.encode()).digest()
    return same(base64.urlsafe_b64encode(digest).decode().rstrip("="), challenge)


def known_scope(asked: str) -> str:
    """Of the scopes asked for, those there are; in their order, each once."""
    return " ".join(dict.fromkeys(scope for scope in asked.split() if scope in SCOPES))
