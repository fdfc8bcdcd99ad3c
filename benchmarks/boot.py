"""Composing a Runtime: with the demo's plugins, and with the doors alone."""

from collections.abc import Callable
from typing import Any

from benchmarks.conftest import Bench

from vetrina.boot import compose
from vetrina.kernel.clock import SystemClock

Benchmark = Callable[..., Any]


def test_runtime_composed(benchmark: Benchmark, bench: Bench) -> None:
    benchmark(lambda: bench.run(compose(bench.settings, bench.runtime.shop.db, SystemClock())))


def test_runtime_composed_safe(benchmark: Benchmark, bench: Bench) -> None:
    safe = bench.settings.model_copy(update={"safe": True})
    benchmark(lambda: bench.run(compose(safe, bench.runtime.shop.db, SystemClock())))
