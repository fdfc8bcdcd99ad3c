"""However often a cart is submitted, and from however many places: one order, and every answer names it."""

import asyncio
from collections import Counter
from pathlib import Path
from typing import Any

import httpx
import pytest
from tests.races.test_last_pieces import books, stocked
from tests.support import buyers
from tests.support.server import serving

__all__ = ["stocked"]

TIMES = 25


@pytest.mark.timeout(90)
async def test_one_cart_is_one_order(stocked: tuple[str, int], tmp_path: Path) -> None:
    url, variant_id = stocked
    with serving(url, tmp_path, workers=2 if url.startswith("postgresql") else 1) as server:
        async with httpx.AsyncClient(base_url=server.url, timeout=60) as client:
            same = await _submit_together(client, variant_id, ["one-token"] * TIMES)
            assert len((await books(url))[3]) == 1
            other = await _submit_together(client, variant_id, [f"token-{number}" for number in range(TIMES)])
            assert len((await books(url))[3]) == 2
    for answers in (same, other):
        kinds = Counter(answer["__typename"] for answer in answers)
        assert kinds == {"SubmitSuccess": 1, "SubmitAlreadyAccepted": TIMES - 1}
        assert len({answer["attemptId"] for answer in answers}) == 1
        assert len({answer["attempt"]["orderId"] for answer in answers if answer["attempt"] is not None}) == 1


async def _submit_together(client: httpx.AsyncClient, variant_id: int, tokens: list[str]) -> list[dict[str, Any]]:
    """A new cart, submitted with every token at once."""
    cart = await buyers.fill_cart(client, variant_id)
    version = await buyers.choose_payment(client, cart)
    return await asyncio.gather(*(buyers.submit(client, cart, token, version) for token in tokens))
