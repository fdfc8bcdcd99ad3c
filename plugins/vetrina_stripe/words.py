"""What the buyer reads, in English and Italian."""

_TITLES = {"en": "Card, Apple Pay, Google Pay", "it": "Carta, Apple Pay, Google Pay"}


def title(language: str) -> str:
    """What the way to pay is called, in the buyer's language, else in English."""
    return _TITLES.get(language.partition("-")[0], _TITLES["en"])
