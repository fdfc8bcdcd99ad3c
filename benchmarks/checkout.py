"""A guest's whole checkout in its five calls, from nothing to a numbered order, beside a bare transaction."""

from collections.abc import Callable
from itertools import count
from typing import Any

import httpx
from benchmarks.conftest import Bench
from benchmarks.support.recording import listening
from benchmarks.support.report import Report
from sqlalchemy import bindparam, select, update
from tests.support import buyers

from vetrina.kernel.messages import OutboxCursor
from vetrina.shop.inventory.models import Level
from vetrina.web.app import build_app

Benchmark = Callable[..., Any]
_numbers = count()


def test_order_placed(benchmark: Benchmark, bench: Bench, report: Report) -> None:
    transport = httpx.ASGITransport(build_app(bench.runtime))  # pyright: ignore[reportArgumentType]
    client = httpx.AsyncClient(transport=transport, base_url="http://shop.test")
    plenty = select(Level.variant_id).order_by(Level.on_hand.desc()).limit(1)
    variant_id = bench.run(bench.runtime.shop.db.value(plenty))

    async def check_out() -> None:
        cart = await buyers.fill_cart(client, variant_id)
        version = await buyers.choose_payment(client, cart)
        result = await buyers.submit(client, cart, f"token-{next(_numbers)}", version)
        assert result["__typename"] == "SubmitSuccess", result

    bench.run(check_out())
    with listening(bench.runtime.shop.db) as sent:
        bench.run(check_out())
    report.add("checkout_statements", len(sent))
    benchmark.pedantic(  # pyright: ignore[reportFunctionMemberAccess]
        lambda: bench.run(check_out()), rounds=20, warmup_rounds=2
    )


def test_bare_transaction(benchmark: Benchmark, bench: Bench) -> None:
    statement = update(OutboxCursor).where(OutboxCursor.subscriber == bindparam("name")).values(position=0)

    async def commit() -> None:
        async with bench.runtime.context().tx() as session:
            await session.execute(statement, {"name": f"nobody-{next(_numbers)}"})

    benchmark(lambda: bench.run(commit()))
