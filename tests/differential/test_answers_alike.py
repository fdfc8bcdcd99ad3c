"""Generated documents: the plan answers each of them with the reference's bytes and errors."""

import os
from collections.abc import AsyncIterator, Callable, Iterable
from pathlib import Path

import pytest
from structlog.testing import capture_logs
from tests.differential.features import FEATURES
from tests.differential.reporting import shown, smallest
from tests.differential.running import Bench, Tally, run_series, synthetic_bench
from tests.differential.shop import real_bench
from tests.support import shops

SEED = int(os.environ.get("FUZZ_SEED", "1"))
COUNT = int(os.environ.get("FUZZ_COUNT", "500"))
CHUNK = 500
REAL_EVERY = 10
"""Which part of a long series is asked of the real storefront."""

pytestmark = [
    pytest.mark.timeout(300),  # seconds of work, which two busy cores may make minutes
    # graphql-core forgets coroutines of fields it cuts off; a coroutine of anybody else is an error.
    pytest.mark.filterwarnings(r"ignore:coroutine '(GraphQLCoreConverter|Executor|execute_)[^']*' was never awaited"),
]


@pytest.fixture
async def real(sqlite_template: Path, tmp_path: Path) -> AsyncIterator[Bench]:
    bench, ctx = await real_bench(shops.sqlite_url(sqlite_template, tmp_path))
    yield bench
    await ctx.db.close()


async def check(bench: Bench, seed: int, first: int, count: int) -> Tally:
    """Run a part of a series. Fails with the smallest document that shows the difference."""
    with capture_logs() as logs:  # a plan that breaks is logged at length, each time it is tried again
        tally, differences = await run_series(bench, seed, first, count, most=1)
        small = [shown(await smallest(bench, found)) for found in differences]
    for text in small:
        broke = "".join(f"\nlogged: {one['error']}" for one in logs[-1:])
        pytest.fail(f"seed {seed}, from {first}: {text}{broke}", pytrace=False)
    assert tally.invalid <= count * 0.06
    return tally


@pytest.mark.parametrize("seed", [1, 2, 3])
async def test_every_type_and_all_of_the_language(seed: int, count: Callable[[Tally], None]) -> None:
    bench = synthetic_bench(seed)
    tally = await check(bench, seed, 0, 300)
    count(tally)
    assert set(tally.features) == FEATURES
    assert len(tally.types) >= 0.85 * len(bench.grammar.types)
    assert tally.with_errors > 60
    assert tally.lenient < 0.05 * tally.runs


async def test_the_storefront_over_a_real_shop(real: Bench, count: Callable[[Tally], None]) -> None:
    tally = await check(real, 1, 0, 120)
    count(tally)
    assert "plugin's field" in tally.features


PARTS = range(-(-COUNT // CHUNK))
REAL_PARTS = PARTS[REAL_EVERY - 1 :: REAL_EVERY]


def named(parts: Iterable[int]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("part", [pytest.param(part, id=f"seed{SEED}part{part}") for part in parts])


@pytest.mark.fuzz
@named(part for part in PARTS if part not in REAL_PARTS)
async def test_a_long_series(part: int, count: Callable[[Tally], None]) -> None:
    bench = synthetic_bench(SEED * 100_003 + part)
    count(await check(bench, SEED, part * CHUNK, min(CHUNK, COUNT - part * CHUNK)))


@pytest.mark.fuzz
@named(REAL_PARTS)
async def test_a_long_series_over_a_real_shop(part: int, real: Bench, count: Callable[[Tally], None]) -> None:
    count(await check(real, SEED, part * CHUNK, min(CHUNK, COUNT - part * CHUNK)))
