"""What a piece of code costs: instructions in user space where the machine counts them, else processor time."""

import ctypes
import gc
import os
import platform
import struct
import time
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from typing import Any

import msgspec

Run = Callable[[Coroutine[Any, Any, Any]], Any]
Request = Callable[[], Awaitable[Any]]

ROUNDS = 31
SLICE, PATIENCE = 0.012, 0.03
"""Seconds of processor time one contestant works per round, and how long it may wait for a database meanwhile."""

_SYSCALL = {"x86_64": 298, "aarch64": 241}
_ATTRIBUTES = 136  # bytes of perf_event_attr
_INHERIT, _EXCLUDE_KERNEL, _EXCLUDE_HYPERVISOR = 1 << 1, 1 << 5, 1 << 6


class Meter:
    """Counts for this process and the threads it starts from now on. Make one before anything else runs."""

    def __init__(self) -> None:
        self._counter = _open_counter()
        self.is_exact = self._counter is not None
        self.unit = "instructions" if self.is_exact else "us"

    def read(self) -> float:
        """Instructions, or microseconds of processor time, since some beginning."""
        if self._counter is None:
            return time.process_time() * 1e6
        return int.from_bytes(os.read(self._counter, 8), "little")


class Stopwatch:
    """Microseconds of processor time on every machine, for budgets that are given in them."""

    unit = "us"

    def read(self) -> float:
        return time.process_time() * 1e6


class Cost(msgspec.Struct, frozen=True):
    """What one request of a contestant came to, round by round."""

    rounds: tuple[float, ...]

    @property
    def least(self) -> float:
        """The round that was disturbed least: on a busy machine all others say how busy it was."""
        return min(self.rounds)

    def over(self, floor: "Cost") -> float:
        """How many times the floor's cost."""
        return self.least / floor.least

    def beyond(self, floor: "Cost") -> float:
        """How much more than the floor's cost."""
        return self.least - floor.least


def compare(
    meter: Meter | Stopwatch, run: Run, contestants: Mapping[str, Request], rounds: int = ROUNDS
) -> dict[str, Cost]:
    """Let contestants work in turns, A B C A B C, so that whatever slows the machine slows all of them alike."""
    loops = {name: run(_loops(request)) for name, request in contestants.items()}
    spent: dict[str, list[float]] = {name: [] for name in contestants}
    gc.collect()
    gc.freeze()
    try:
        for turn in range(rounds):
            names = list(contestants)
            for name in names if turn % 2 else reversed(names):
                before = meter.read()
                run(_repeat(contestants[name], loops[name]))
                spent[name].append((meter.read() - before) / loops[name])
    finally:
        gc.unfreeze()
    return {name: Cost(tuple(each)) for name, each in spent.items()}


async def _repeat(request: Request, times: int) -> None:
    for _ in range(times):
        await request()


async def _loops(request: Request) -> int:
    """How many requests fill a slice; asking also warms every cache on the way."""
    await _repeat(request, 3)
    worked, waited, done = time.process_time(), time.monotonic(), 0
    while time.process_time() - worked < SLICE and time.monotonic() - waited < PATIENCE:
        await request()
        done += 1
    return max(1, done)


def _open_counter() -> int | None:
    """A file that reads as the number of instructions executed outside the kernel; None where there is none."""
    number = _SYSCALL.get(platform.machine())
    if number is None or platform.system() != "Linux":
        return None
    attributes = bytearray(_ATTRIBUTES)
    flags = _INHERIT | _EXCLUDE_KERNEL | _EXCLUDE_HYPERVISOR
    # type: hardware (0); size; config: instructions (1); sample period, sample type, read format: none; flags
    struct.pack_into("=IIQQQQQ", attributes, 0, 0, _ATTRIBUTES, 1, 0, 0, 0, flags)
    buffer = (ctypes.c_char * _ATTRIBUTES).from_buffer(attributes)
    descriptor = ctypes.CDLL(None, use_errno=True).syscall(number, buffer, 0, -1, -1, 0)
    return descriptor if descriptor >= 0 else None
