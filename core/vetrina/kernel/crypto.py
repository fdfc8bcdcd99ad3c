"""Seal and open secrets at rest; hash passwords and tokens; sign; draw secrets."""

import asyncio
import hashlib
import hmac
import secrets

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from vetrina.kernel.errors import Fault

_CLEAR = "abcdefghijkmnpqrstuvwxyz23456789"

# OWASP's second recommendation for argon2id: 19 MiB, two passes, one lane.
_HASHER = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
_NOBODY = "$argon2id$v=19$m=19456,t=2,p=1$5oRXZ4iQIF9S9xv3sh3+Zw$WiRwzFxtacmN/sjonV7FOEKUPzdaPwVsyQ2jpqVFjlc"
"""The hash of a password nobody has, made with the same parameters."""


class NotOurs(Fault):
    """A sealed or signed value does not open with this shop's secret."""


def draw_key() -> str:
    """A fresh 128-bit secret as 32 hexadecimal characters: a cart's, an order's, an attempt's public key."""
    return secrets.token_hex(16)


def draw_password() -> str:
    """A fresh password for somebody to type once: 100 bits in five groups, without letters that look alike."""
    return "-".join("".join(secrets.choice(_CLEAR) for _ in range(4)) for _ in range(5))


def draw_token(prefix: str) -> str:
    """A fresh bearer token with a prefix by which scanners recognise a leak."""
    return f"{prefix}_{secrets.token_urlsafe(32)}"


def hash_token(token: str) -> str:
    """What is kept of a bearer token. Tokens carry 256 bits of their own, so a plain digest suffices."""
    return hashlib.sha256(token.encode()).hexdigest()


def digest(*parts: str) -> str:
    """A stable fingerprint of several texts; parts cannot run into each other."""
    fold = hashlib.sha256()
    for part in parts:
        encoded = part.encode()
        fold.update(len(encoded).to_bytes(8, "big"))
        fold.update(encoded)
    return fold.hexdigest()


def same(given: str, expected: str) -> bool:
    """Compare secrets in constant time."""
    return hmac.compare_digest(given.encode(), expected.encode())


class Vault:
    """One shop's secret, used only through derived keys: one per purpose."""

    def __init__(self, secret: str) -> None:
        self._secret = secret.encode()
        self._keys: dict[str, bytes] = {}

    def sign(self, purpose: str, text: str) -> str:
        """128 bits of HMAC-SHA-256 as 32 hexadecimal characters."""
        return hmac.digest(self._derive(purpose), text.encode(), "sha256").hex()[:32]

    def seal(self, purpose: str, text: str) -> str:
        """Encrypt with AES-256-GCM; the result is text and opens only for the same purpose."""
        nonce = secrets.token_bytes(12)
        return (nonce + AESGCM(self._derive(purpose)).encrypt(nonce, text.encode(), None)).hex()

    def open(self, purpose: str, sealed: str) -> str:
        """Decrypt what `seal` made. Raises NotOurs for anything else."""
        try:
            raw = bytes.fromhex(sealed)
            return AESGCM(self._derive(purpose)).decrypt(raw[:12], raw[12:], None).decode()
        except (ValueError, InvalidTag) as error:
            raise NotOurs(f"a sealed value of {purpose} does not open") from error

    def _derive(self, purpose: str) -> bytes:
        """The purpose's key, worked out once: purposes are names in code, and few."""
        key = self._keys.get(purpose)
        if key is None:
            key = self._keys[purpose] = hmac.digest(self._secret, b"vetrina:" + purpose.encode(), "sha256")
        return key


async def hash_password(password: str) -> str:
    """argon2id, in a thread: it takes a tenth of a second on purpose."""
    return await asyncio.to_thread(_HASHER.hash, password)


async def password_matches(password: str, hashed: str | None) -> bool:
    """Whether this is the password; None, where there is none to compare with, takes as long and is no."""
    try:
        return await asyncio.to_thread(_HASHER.verify, hashed or _NOBODY, password) and hashed is not None
    except (VerifyMismatchError, InvalidHashError):
        return False


def needs_rehash(hashed: str) -> bool:
    """Whether the hash was made with other parameters than those of today."""
    return _HASHER.check_needs_rehash(hashed)
