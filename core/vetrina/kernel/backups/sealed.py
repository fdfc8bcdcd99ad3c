"""A stream that is encrypted as it is written: frames of AES-256-GCM under a key that is drawn from a passphrase.

Each frame's nonce counts, and the last one says so: a file that was cut, shuffled or changed does not open.
"""

import io
import secrets
from typing import IO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from vetrina.kernel.errors import Fault

MAGIC = b"vetrina-sealed-1\n"
FRAME = 1 << 20
_SALT = 16
_TAG = 16
_MORE, _LAST = b"\x00", b"\x01"


class DoesNotOpen(Fault):
    """Another passphrase, or not the bytes that were written."""


class SealedWriter(io.RawIOBase):
    """Encrypts what is written into another file; `close` writes the last frame, and leaves that file open."""

    def __init__(self, under: IO[bytes], passphrase: str) -> None:
        salt = secrets.token_bytes(_SALT)
        self._under, self._cipher = under, _cipher(passphrase, salt)
        self._waiting, self._count = bytearray(), 0
        under.write(MAGIC + salt)

    def writable(self) -> bool:
        return True

    def write(self, data: "bytes | bytearray | memoryview") -> int:  # pyright: ignore[reportIncompatibleMethodOverride]
        self._waiting += data
        while len(self._waiting) > FRAME:
            self._put(bytes(self._waiting[:FRAME]), _MORE)
            del self._waiting[:FRAME]
        return len(data)

    def close(self) -> None:
        if not self.closed:
            self._put(bytes(self._waiting), _LAST)
        super().close()

    def _put(self, plain: bytes, mark: bytes) -> None:
        self._under.write(mark + self._cipher.encrypt(_nonce(self._count), plain, mark))
        self._count += 1


class SealedReader(io.RawIOBase):
    """Decrypts what a SealedWriter wrote. Raises DoesNotOpen, at the frame that is not what it was."""

    def __init__(self, under: IO[bytes], passphrase: str) -> None:
        salt = under.read(_SALT)
        self._under, self._cipher = under, _cipher(passphrase, salt)
        self._ready, self._count, self._is_over = b"", 0, False

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        found = bytearray()
        while size < 0 or len(found) < size:
            if not self._ready and not self._next():
                break
            wanted = len(self._ready) if size < 0 else size - len(found)
            found += self._ready[:wanted]
            self._ready = self._ready[wanted:]
        return bytes(found)

    def _next(self) -> bool:
        if self._is_over:
            return False
        frame = self._under.read(1 + FRAME + _TAG)
        mark = frame[:1]
        try:
            self._ready = self._cipher.decrypt(_nonce(self._count), frame[1:], mark)
        except (InvalidTag, ValueError) as error:
            raise DoesNotOpen("the backup does not open: another passphrase, or it was changed or cut off") from error
        self._count += 1
        self._is_over = mark == _LAST
        if self._is_over and self._under.read(1):
            raise DoesNotOpen("the backup goes on after its end: it was changed")
        return bool(self._ready) or not self._is_over


def _cipher(passphrase: str, salt: bytes) -> AESGCM:
    return AESGCM(Scrypt(salt=salt, length=32, n=1 << 15, r=8, p=1).derive(passphrase.encode()))


def _nonce(count: int) -> bytes:
    return count.to_bytes(12, "big")
