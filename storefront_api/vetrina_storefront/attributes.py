"""Attribute: a free pair of key and value on a cart, a line or an order."""

from collections.abc import Iterable
from typing import Any

import msgspec
import strawberry


class AttributeRow(msgspec.Struct, frozen=True):
    """A pair as the wire writes it."""

    key: str
    value: str | None


@strawberry.type(description="A free pair of key and value.")
class Attribute:
    key: str
    value: str | None


@strawberry.input(description="A free pair of key and value.")
class AttributeInput:
    key: str
    value: str


def attributes(documents: Iterable[dict[str, Any]]) -> list[AttributeRow]:
    """Pairs as the database keeps them."""
    return [AttributeRow(document["key"], document.get("value")) for document in documents]
