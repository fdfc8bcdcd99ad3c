"""However often a cart is submitted, and from however many places: one order, and every answer names it."""

import asyncio
from collections import Counter
from pathlib import Path

import httpx
import pytest
from tests.races.test_last_pieces import books, stocked
from tests.support import buyers
from tests.support.server import serving

__all__ = ["stocked"]


@pytest.mark.timeout(90)
async def test_the_same_token_fifty_times_at_once_is_one_order(stocked: tuple[str, int], tmp_path: Path) -> None:
    url, variant_id = stocked
    with serving(url, tmp_path, workers=2 if url.startswith("postgresql") else 1) as server:
        async with httpx.AsyncClient(base_url=server.url, timeout=60) as client:
            cart = await buyers.fill_cart(client, variant_id)
            version = await buyers.choose_payment(client, cart)
            answers = await asyncio.gather(*(buyers.submit(client, cart, "one-token", version) for _ in range(50)))
    kinds = Counter(answer["__typename"] for answer in answers)
    assert kinds == {"SubmitSuccess": 1, "SubmitAlreadyAccepted": 49}
    assert len({answer["attemptId"] for answer in answers}) == 1
    orders = {answer["attempt"]["orderId"] for answer in answers if answer["attempt"] is not None}
    assert len(orders) == 1
    assert len((await books(url))[3]) == 1


@pytest.mark.timeout(90)
async def test_fifty_tokens_at_once_are_one_order(stocked: tuple[str, int], tmp_path: Path) -> None:
    url, variant_id = stocked
    with serving(url, tmp_path, workers=2 if url.startswith("postgresql") else 1) as server:
        async with httpx.AsyncClient(base_url=server.url, timeout=60) as client:
            cart = await buyers.fill_cart(client, variant_id)
            await buyers.choose_payment(client, cart)
            answers = await asyncio.gather(*(buyers.submit(client, cart, f"token-{n}") for n in range(50)))
    assert Counter(answer["__typename"] for answer in answers)["SubmitSuccess"] == 1
    assert len({answer["attemptId"] for answer in answers}) == 1
    assert len((await books(url))[3]) == 1
