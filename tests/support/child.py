"""Other processes of the same shop: to share its database with, and to kill. Each is forked from one that imported it.

`tests.support.forked` says what that one has imported.
"""

import asyncio
import os
import runpy
import sys
from multiprocessing import get_context
from multiprocessing.connection import Connection
from subprocess import TimeoutExpired

from tests.support.forked import IMPORTED

_FORKS = get_context("forkserver")
_FORKS.set_forkserver_preload(list(IMPORTED))


class Child:
    """A process that runs a module of tests.support; its lines can be read."""

    def __init__(self, module: str, *arguments: str) -> None:
        self._told, told = _FORKS.Pipe(duplex=False)
        self._process = _FORKS.Process(target=_run, args=(module, arguments, told))
        self._process.start()
        told.close()
        self.lines = os.fdopen(os.dup(self._told.fileno()))

    def wait(self, timeout: float | None = None) -> int:
        """The exit code, once it has ended. Raises TimeoutExpired after `timeout` seconds."""
        self._process.join(timeout)
        if self._process.exitcode is None:
            raise TimeoutExpired("child", timeout or 0)
        return self._process.exitcode

    def kill(self) -> None:
        """End it as a power cut would, and close its pipe."""
        self._process.kill()
        self._process.join()
        self.lines.close()
        self._told.close()


def start(module: str, *arguments: str) -> Child:
    """Run a module of tests.support in a process of its own; its lines can be read."""
    return Child(module, *arguments)


async def line_of(child: Child) -> str:
    """The child's next line, without its end; empty once it has ended."""
    return (await asyncio.to_thread(child.lines.readline)).strip()


def kill(child: Child) -> None:
    """End a child as a power cut would, and close its pipe."""
    child.kill()


def _run(module: str, arguments: tuple[str, ...], told: "Connection[str, str]") -> None:
    """What the new process does: be what a shell would have started."""
    os.dup2(told.fileno(), 1)
    sys.argv = [module, *arguments]
    runpy.run_module(f"tests.support.{module}", run_name="__main__")
