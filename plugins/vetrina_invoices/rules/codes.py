"""VAT ids and Italian tax codes by their form and check digits, offline. Pure."""

import re

_VAT_ID = re.compile(r"[A-Z]{2}[0-9A-Z+*]{2,13}")
_PERSON = re.compile(r"[A-Z]{6}[0-9LMNPQRSTUV]{2}[A-EHLMPR-T][0-9LMNPQRSTUV]{2}[A-Z][0-9LMNPQRSTUV]{3}[A-Z]")
_ODD = (1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23)
"""What a character at an odd place counts for; 0 to 9 count as A to J."""


def plain(text: str) -> str:
    """Capitals without spaces, dots and dashes."""
    return re.sub(r"[\s.\-]", "", text).upper()


def vat_id_of(text: str, country: str = "IT") -> str | None:
    """A VAT id with its country, as IT00743110157; None for what cannot be one. Bare digits are of `country`."""
    found = plain(text)
    if found.isascii() and found.isdecimal():
        found = f"{country}{found}"
    if not _VAT_ID.fullmatch(found):
        return None
    return found if not found.startswith("IT") or is_italian_number(found[2:]) else None


def tax_code_of(text: str) -> str | None:
    """An Italian tax code, of a person or a body; None for what cannot be one."""
    found = plain(text)
    if _PERSON.fullmatch(found):
        return found if _check_letter(found[:15]) == found[15] else None
    return found if is_italian_number(found) else None


def is_italian_number(text: str) -> bool:
    """Whether eleven digits check: partita IVA, and tax codes of bodies."""
    if not (len(text) == 11 and text.isascii() and text.isdecimal()) or not int(text):
        return False
    doubled = [2 * int(digit) if place % 2 else int(digit) for place, digit in enumerate(text)]
    return sum(digit - 9 if digit > 9 else digit for digit in doubled) % 10 == 0


def _check_letter(text: str) -> str:
    total = 0
    for place, character in enumerate(text):
        value = int(character) if character.isdecimal() else ord(character) - ord("A")
        total += value if place % 2 else _ODD[value]
    return chr(ord("A") + total % 26)
