"""What a mail shows, as values; every text is plain, and escaped where it is drawn."""

import re

import msgspec

ACCENT, INK = "#1f2937", "#ffffff"
"""Colours of a shop without a brand."""
_COLOUR = re.compile(r"#[0-9A-Fa-f]{6}")


class Item(msgspec.Struct, frozen=True, kw_only=True):
    """Goods: so many pieces, at an amount that is written already."""

    title: str
    detail: str = ""
    count: str
    amount: str = ""
    picture: str | None = None
    alt: str = ""


class Pair(msgspec.Struct, frozen=True):
    """A name and its value; `tone` is empty, strong, off or quiet."""

    label: str
    value: str
    tone: str = ""


class Button(msgspec.Struct, frozen=True):
    """A way on, to an address of the configured shop or of a carrier."""

    label: str
    url: str


class Picture(msgspec.Struct, frozen=True):
    """A picture of the shop's own, what it says to those who do not see it, and the words beside it."""

    url: str
    alt: str
    caption: str


class Box(msgspec.Struct, frozen=True, kw_only=True):
    """Facts under a heading: pairs, then lines of text."""

    title: str
    pairs: tuple[Pair, ...] = ()
    lines: tuple[str, ...] = ()
    is_accented: bool = False
    picture: Picture | None = None

    @property
    def is_empty(self) -> bool:
        return not (self.pairs or self.lines)


class Look(msgspec.Struct, frozen=True, kw_only=True):
    """Whose mail it is: name, address, colours as #RRGGBB, and the address of a logo."""

    shop: str
    home: str
    email: str | None
    accent: str = ACCENT
    ink: str = INK
    logo: str | None = None
    is_wordmark: bool = True
    """Whether the logo is wide enough to say the name itself."""


class Sheet(msgspec.Struct, frozen=True, kw_only=True):
    """A mail, top to bottom."""

    language: str
    look: Look
    subject: str
    heading: str
    opening: tuple[str, ...]
    above: tuple[Box, ...] = ()
    button: Button | None = None
    second: Button | None = None
    items_title: str = ""
    items: tuple[Item, ...] = ()
    more: str = ""
    sums: tuple[Pair, ...] = ()
    mention: str = ""
    """A sentence that the law wants beside the sums."""
    below: tuple[Box, ...] = ()
    closing: tuple[str, ...] = ()
    foot: tuple[str, ...] = ()


def colour(value: str | None, fallback: str) -> str:
    """A colour that may stand in a style; the other one in the place of anything else."""
    return value if value is not None and _COLOUR.fullmatch(value) else fallback


def web_address(value: str | None) -> str | None:
    """An address that may stand behind a link: of the web, and nothing that could run."""
    given = (value or "").strip()
    is_web = given.lower().startswith(("https://", "http://")) and given.isprintable() and " " not in given
    return given if is_web else None
