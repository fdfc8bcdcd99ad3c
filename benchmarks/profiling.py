"""Where a query's time goes: a flame graph in var/profile, the hottest lines, and what its statements cost.

python -m benchmarks.profiling list
python -m benchmarks.profiling path/to/file.graphql --variables '{"handle": "product-7"}' --engine postgresql
"""

import argparse
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any

import msgspec
import uvloop
from benchmarks.support import questions
from benchmarks.support.client import Post
from benchmarks.support.flame import Stack, flame
from benchmarks.support.measured_shop import MeasuredShop, measured_shop
from tests.support import postgres
from tests.support.shops import postgres_url

import vetrina

ROOT = Path(vetrina.__file__).parents[2]
FOLDER = ROOT / "var" / "profile"
INTERVAL = 0.001
"""Seconds of processor time between two samples; the kernel may make them longer."""
HOTTEST = 15


def main() -> None:
    parser = argparse.ArgumentParser(prog="make profile", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("query", help="list, product, search, cart, or a file with a GraphQL document")
    parser.add_argument("--variables", default="{}", help="the variables of a document in a file, as JSON")
    parser.add_argument("--engine", choices=("sqlite", "postgresql"), default="sqlite")
    parser.add_argument("--products", type=int, default=1_000)
    parser.add_argument("--seconds", type=float, default=5.0, help="processor time to sample")
    asked = parser.parse_args()
    text = "" if asked.query in questions.NAMES else Path(asked.query).read_text()
    with tempfile.TemporaryDirectory() as folder, _database(asked.engine, Path(folder)) as url:
        loop = uvloop.new_event_loop()
        try:
            loop.run_until_complete(_profile(asked, text, url, Path(folder)))
        finally:
            loop.close()


async def _profile(asked: argparse.Namespace, text: str, url: str, folder: Path) -> None:
    async with measured_shop(url, folder, asked.products) as shop:
        post = await _request(shop, asked.query, asked.variables, text)
        sent, _ = await shop.record(post)
        stacks, cost = await _sampled(post, asked.seconds)
        name = Path(asked.query).stem
        FOLDER.mkdir(parents=True, exist_ok=True)
        target = FOLDER / f"{name}-{asked.engine}.svg"
        target.write_text(flame(stacks, f"{name}, {asked.engine}: {cost:,.0f} us of processor time"), encoding="utf-8")
        _print(f"{name} on {asked.engine}: {cost:,.0f} us a request, {stacks.total()} samples")
        _print_hottest(stacks)
        await _print_statements(shop, sent)
        _print(f"flame graph: {target.relative_to(ROOT)}")


async def _request(shop: MeasuredShop, query: str, variables: str, text: str) -> Post:
    if query == "cart":
        return shop.post(questions.document("cart"), questions.adding(*await shop.cart()))
    if query in questions.NAMES:
        return shop.post(questions.document(query), questions.variables(query))
    return shop.post(text, msgspec.json.decode(variables))


async def _sampled(post: Post, seconds: float) -> tuple[Counter[Stack], float]:
    """Stacks with how often they were seen, and the processor time of one request in microseconds."""
    for _ in range(20):
        await post()
    done, began = 0, time.process_time()
    while time.process_time() - began < 1:
        await post()
        done += 1
    cost = (time.process_time() - began) / done * 1e6
    stacks = Counter[Stack]()

    def sample(_: int, frame: FrameType | None) -> None:
        stacks[_stack(frame)] += 1

    before = signal.signal(signal.SIGPROF, sample)
    signal.setitimer(signal.ITIMER_PROF, INTERVAL, INTERVAL)
    try:
        began = time.process_time()
        while time.process_time() - began < seconds:
            await post()
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)
    return stacks, cost


def _stack(frame: FrameType | None) -> Stack:
    """From the request's first frame to the running one: function, file and line of each."""
    frames: list[tuple[str, str, int]] = []
    while frame is not None and frame.f_code.co_filename != __file__:
        code = frame.f_code
        frames.append((code.co_qualname, code.co_filename, frame.f_lineno))
        frame = frame.f_back
    return tuple(reversed(frames))


def _print_hottest(stacks: Counter[Stack]) -> None:
    total = stacks.total() or 1
    parts, lines, own, whole = Counter[str](), Counter[str](), Counter[str](), Counter[str]()
    for stack, count in stacks.items():
        if not stack:
            continue
        function, path, line = stack[-1]
        parts[_part(stack)] += count
        lines[f"{_short(path)}:{line} {function}"] += count
        own[f"{_short(path)} {function}"] += count
        for name in {f"{_short(path)} {function}" for function, path, _ in stack if _is_ours(path)}:
            whole[name] += count
    for title, counts, most in (
        ("parts of the house and packages, what they call of Python's own library included", parts, HOTTEST),
        ("hottest lines", lines, HOTTEST),
        ("functions, own time", own, HOTTEST),
        ("our functions, with all that they call", whole, 3 * HOTTEST),
    ):
        _print(f"\n{title}")
        for name, count in counts.most_common(most):
            _print(f"  {count / total:6.1%}  {name}")


def _part(stack: Stack) -> str:
    """The folder of ours, or the package, that the running frame works for."""
    for _, path, _ in reversed(stack):
        short = _short(path)
        if _is_ours(path):
            return short.rpartition("/")[0]
        if "site-packages" in path:
            return short.partition("/")[0]
    return "Python's own library"


def _is_ours(path: str) -> bool:
    return path.startswith(str(ROOT)) and "site-packages" not in path


async def _print_statements(shop: MeasuredShop, sent: Any) -> None:
    _print("\nstatements by the raw driver, microseconds of this process")
    async with shop.raw.link() as link:
        for each in sent:
            text = " ".join(each.text.split())[:90]
            if each.is_write:
                _print(f"  {'':>8}  {text}")
                continue
            began = time.process_time()
            for _ in range(50):
                await link.fetch(each.text, each.arguments)
            _print(f"  {(time.process_time() - began) / 50 * 1e6:8,.0f}  {text}")
    _print("")


def _short(path: str) -> str:
    _, found, rest = path.partition("site-packages/")
    if found:
        return rest
    return path.removeprefix(f"{ROOT}/").removeprefix(sys.base_prefix)


@contextmanager
def _database(engine: str, folder: Path) -> Generator[str]:
    if engine == "sqlite":
        yield f"sqlite:///{folder / 'shop.sqlite3'}"
        return
    with postgres.server() as server:
        yield postgres_url(server, "template0", "profiled")


def _print(line: str) -> None:
    sys.stdout.write(f"{line}\n")


if __name__ == "__main__":
    main()
