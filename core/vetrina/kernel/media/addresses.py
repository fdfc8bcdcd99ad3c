"""Addresses of renditions: signed ones are drawn exactly, everybody's brought to a few sizes: bounded work."""

import re
from collections.abc import Mapping
from hashlib import blake2b
from hmac import compare_digest
from typing import Final

from vetrina.kernel.crypto import Vault
from vetrina.kernel.media.renditions import FORMATS, REGIONS, Wish

LARGEST_WISH: Final = 5_760
"""Pixels of a side."""
WIDTHS: Final = (100, 200, 300, 400, 600, 800, 1000, 1200, 1400, 1600, 1800, 2000, 2400, 3000)
"""What is drawn for everybody: the next one that is large enough, in either direction."""
_USUAL = (1 / 4, 1 / 3, 9 / 21, 1 / 2, 9 / 16, 3 / 5, 2 / 3, 5 / 7, 3 / 4, 4 / 5, 5 / 6, 1,
          6 / 5, 5 / 4, 4 / 3, 7 / 5, 3 / 2, 5 / 3, 16 / 9, 2, 21 / 9, 3, 4)  # fmt: skip
_BETWEEN = tuple(4 / 1.02**step for step in range(141))
RATIOS: Final = tuple(sorted({*_USUAL, *_BETWEEN}))
"""Width to height of what is cut for everybody: the nearest one, which is off by a hundredth at most."""
SIGNATURE: Final = "s"
_OWN_NAME = re.compile(r"[0-9a-f]{2}/[0-9a-f]{32}\.[a-z0-9]{2,4}")


class Signer:
    """Signs wishes with a key of its own, made from the shop's secret; some microseconds each."""

    def __init__(self, vault: Vault) -> None:
        self._key = vault.sign("media-renditions", "").encode()

    def query(self, name: str, wish: Wish) -> str:
        """What stands behind the question mark of an address that is drawn exactly as wished."""
        written = written_out(wish)
        return f"{written}&{SIGNATURE}={self._signature(name, written)}"

    def signed(self, name: str, query: Mapping[str, str]) -> Wish | None:
        """What an address wishes, if we have signed just that."""
        given = query.get(SIGNATURE, "")
        if not given:
            return None
        wish = wish_of(query)
        expected = self._signature(name, written_out(wish))
        return wish if compare_digest(given.encode(), expected.encode()) else None

    def _signature(self, name: str, written: str) -> str:
        return blake2b(f"{name}?{written}".encode(), digest_size=8, key=self._key).hexdigest()


def wish_of(query: Mapping[str, str]) -> Wish:
    """What a query wishes; what is nonsense is not wished at all: whoever asks for a picture gets one."""
    return Wish(
        _pixels(query.get("width", "")),
        _pixels(query.get("height", "")),
        _one_of(query.get("crop", ""), REGIONS),
        _one_of(query.get("format", ""), FORMATS),
    )


def written_out(wish: Wish) -> str:
    """A wish as a query, always in the same words."""
    parts: list[str] = []
    if wish.width:
        parts.append(f"width={wish.width}")
    if wish.height:
        parts.append(f"height={wish.height}")
    if wish.crop:
        parts.append(f"crop={wish.crop}")
    if wish.format:
        parts.append(f"format={wish.format}")
    return "&".join(parts)


def on_ladder(wish: Wish) -> Wish:
    """The nearest of the wishes that everybody may have: 14 widths, some 160 shapes, 5 regions and 4 formats."""
    if wish.crop and wish.width and wish.height:
        ratio = min(RATIOS, key=lambda known: abs(known - wish.width / wish.height) / known)
        width = _step(max(wish.width, wish.height * ratio))
        return Wish(width, max(1, round(width / ratio)), wish.crop, wish.format)
    return Wish(_step(wish.width), _step(wish.height), "", wish.format)


def is_own_name(name: str) -> bool:
    """Whether a file is called by its content, so that whoever has it never needs to ask again."""
    return _OWN_NAME.fullmatch(name) is not None


def own_name(content: bytes, ending: str) -> str:
    """What a file is called by its content."""
    digest = blake2b(content, digest_size=16).hexdigest()
    return f"{digest[:2]}/{digest}.{ending}"


def _step(pixels: float) -> int:
    return next((width for width in WIDTHS if width >= pixels), WIDTHS[-1]) if pixels else 0


def _pixels(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and len(text) < 7):
        return 0
    return min(int(text), LARGEST_WISH)


def _one_of(text: str, known: Mapping[str, object] | tuple[str, ...]) -> str:
    lowered = text.lower() if len(text) < 10 else ""
    return lowered if lowered in known else ""
