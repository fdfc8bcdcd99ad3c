"""Codes: how discount codes and gift cards' codes are compared, drawn and kept."""

import secrets

from vetrina.kernel.crypto import digest

CLEAR = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"
"""Letters and figures that nobody mistakes for one another."""
CARD_LENGTH = 16
"""79 bits: nobody guesses one."""
TAIL = 4
CARD_CODE = "promotions.card"
"""The purpose that a card's code is sealed for."""


def folded(code: str) -> str:
    """A discount code as it is looked for: whatever its case and blanks."""
    return " ".join(code.split()).casefold()


def drawn(length: int) -> str:
    """So many characters by chance."""
    return "".join(secrets.choice(CLEAR) for _ in range(length))


def draw_card() -> str:
    """A gift card's code as people copy it, in four groups."""
    code = drawn(CARD_LENGTH)
    return "-".join(code[start : start + 4] for start in range(0, CARD_LENGTH, 4))


def plain(code: str) -> str:
    """A gift card's code as it is compared: without dashes and blanks, in capitals."""
    return "".join(character for character in code if character.isalnum()).upper()


def card_digest(code: str) -> str:
    """What is kept of a gift card's code. It carries 79 bits of chance of its own, so a plain digest suffices, and
    outlives a change of the shop's secret."""
    return digest(CARD_CODE, plain(code))
