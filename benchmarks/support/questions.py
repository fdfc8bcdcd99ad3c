"""The four questions that are measured, as requests."""

import re
from pathlib import Path
from typing import Any

import msgspec
from benchmarks.support.catalogue import SOUGHT

FOLDER = Path(__file__).parent / "queries"
NAMES = ("list", "product", "cart", "search")
PAGE = 24
LINES = 5


def document(name: str) -> str:
    """A question's GraphQL text."""
    return (FOLDER / f"{name}.graphql").read_text()


def variables(name: str) -> dict[str, Any]:
    """What a question is asked about; a cart's are its own (see `adding`)."""
    match name:
        case "list":
            return {"first": PAGE}
        case "product":
            return {"handle": "product-7"}
        case "search":
            return {"query": SOUGHT, "first": PAGE}
        case _:
            raise LookupError(name)


def adding(cart_id: str, variant_id: int) -> dict[str, Any]:
    """The variables that put one more of a variant into a cart."""
    return {"cart": cart_id, "lines": [{"merchandiseId": variant_gid(variant_id), "quantity": 1}]}


def variant_gid(variant_id: int) -> str:
    return f"gid://vetrina/ProductVariant/{variant_id}"


def body(text: str, given: dict[str, Any]) -> bytes:
    """A request's body."""
    return msgspec.json.encode({"query": text, "variables": given})


def without_identity(content: bytes) -> bytes:
    """An answer about a cart without what tells one cart from another that holds the same."""
    content = re.sub(rb"CartLine/\d+", b"CartLine/#", content)
    return re.sub(rb"[0-9a-f]{32}", b"#", content)


CREATE = """
mutation Create($input: CartInput!) { cartCreate(input: $input) { cart { id } userErrors { message } } }
"""
