"""A workbench: two places for work that keeps a processor busy, and a short queue before them."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import ParamSpec, TypeVar

from vetrina.kernel.errors import Unavailable

P = ParamSpec("P")
T = TypeVar("T")

PLACES = 2
LONGEST_QUEUE = 64
_threads = ThreadPoolExecutor(PLACES, thread_name_prefix="media")
_at_work: set[object] = set()


class BenchFull(Unavailable):
    """More pictures wait to be drawn than is sensible."""


async def at_bench(work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Do it in a thread, two at a time; decoders let go of the interpreter while they decode. Raises BenchFull."""
    if len(_at_work) >= LONGEST_QUEUE:
        raise BenchFull("too many pictures wait to be drawn")
    mark = object()
    _at_work.add(mark)
    try:
        return await asyncio.get_running_loop().run_in_executor(_threads, partial(work, *args, **kwargs))
    finally:
        _at_work.discard(mark)
