"""Where a shop's media are, how many renditions may be kept, and who signs what is wished of them."""

import secrets

import msgspec

from vetrina.kernel.crypto import Vault
from vetrina.kernel.media.addresses import Signer


class MediaRoom(msgspec.Struct, frozen=True):
    """`cache` is how many bytes of renditions the folder may hold. Without a vault, addresses hold for this process."""

    folder: str = "var/media"
    cache: int = 512 * 1024 * 1024
    signer: Signer = msgspec.field(default_factory=lambda: Signer(Vault(secrets.token_hex(16))))
