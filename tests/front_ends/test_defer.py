"""@defer as clients read it: each knows the first part before the rest, and the whole in the end."""

from pathlib import Path
from typing import Any

import httpx
from tests.support.browser_shop import Served
from tests.support.front_ends import furnish, told

WHOLE = "{ shop { name } products(first: 2) { nodes { handle title } } localization { country { isoCode } } }"


def bare(value: Any) -> Any:
    """Without the __typename that a client asks for by itself."""
    if isinstance(value, dict):
        return {key: bare(item) for key, item in value.items() if key != "__typename"}  # pyright: ignore[reportUnknownVariableType]
    return [bare(item) for item in value] if isinstance(value, list) else value  # pyright: ignore[reportUnknownVariableType]


def test_every_client_puts_the_parts_together(shop: Served, tmp_path: Path) -> None:
    whole = httpx.post(f"{shop.url}/graphql", json={"query": WHOLE}).json()["data"]
    found = told(furnish(tmp_path, "defer.mjs"), "defer.mjs", f"{shop.url}/graphql")
    assert len(found) == 4
    for client, (first, last) in found.items():
        assert bare(last) == whole, client
        if client != "shopify":  # it gathers what arrives in one piece of the network before it says anything
            assert "localization" not in first, client
            assert [node.keys() - {"__typename"} for node in first["products"]["nodes"]] == [{"handle"}] * 2, client
