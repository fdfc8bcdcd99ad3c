"""Descriptions as plain text."""

from vetrina.shop.catalog.rules import text_of


def plain(html: str, longest: int | None = None) -> str:
    """The words of a description without its markup; cut to so many characters, dots included, if given."""
    text = text_of(html)
    if longest is None or len(text) <= longest:
        return text
    return text[: longest - 3].rstrip() + "..." if longest > 3 else text[:longest]
