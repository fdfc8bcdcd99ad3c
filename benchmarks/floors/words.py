"""How the wire writes ids, amounts, addresses and cursors: once more, by hand."""

from base64 import urlsafe_b64encode
from typing import Any

import msgspec


def amount(cents: int) -> str:
    """An amount of a currency with two decimals."""
    whole, rest = divmod(cents, 100)
    return f"{whole}.{rest // 10}" if rest % 10 == 0 else f"{whole}.{rest:02d}"


def money(cents: int, currency: str) -> dict[str, str]:
    return {"amount": amount(cents), "currencyCode": currency}


def cursor(*values: Any) -> str:
    return urlsafe_b64encode(msgspec.json.encode(values)).decode().rstrip("=")


def slug(text: str) -> str:
    return "-".join(text.lower().split())
