"""Processes of the shop that need not import it first: each is forked from one that has, which starts once.

A forked process is as much a process of its own as any other: it has its own memory, connections and death.
"""

import importlib
import os
import sys
from collections.abc import Mapping
from multiprocessing import get_context
from pathlib import Path
from subprocess import TimeoutExpired

IMPORTED = (
    "tests.support.job_workers",
    "vetrina.cli.serve",
    "vetrina.web.serving",
    "vetrina_admin",
    "vetrina_bell",
    "vetrina_flat_rate",
    "vetrina_manual_payment",
    "vetrina_storefront.plugin",
    "tests.support.composed",
)
_FORKS = get_context("forkserver")
_FORKS.set_forkserver_preload(list(IMPORTED))


class Forked:
    """`vetrina` with these arguments, in a process that leads a session of its own; asked like a Popen."""

    def __init__(self, *arguments: str, environment: Mapping[str, str], printed: Path, cwd: Path) -> None:
        self._process = _FORKS.Process(target=_run, args=(arguments, dict(environment), str(printed), str(cwd)))
        self._process.start()
        assert self._process.pid is not None
        self.pid = self._process.pid

    def poll(self) -> int | None:
        return self._process.exitcode

    def wait(self, timeout: float | None = None) -> int:
        """The exit code, once it has ended. Raises TimeoutExpired after `timeout` seconds."""
        self._process.join(timeout)
        code = self._process.exitcode
        if code is None:
            raise TimeoutExpired("vetrina", timeout or 0)
        return code

    def send_signal(self, number: int) -> None:
        if self.poll() is None:
            os.kill(self.pid, number)


def _run(arguments: tuple[str, ...], environment: dict[str, str], printed: str, cwd: str) -> None:
    """What the new process does: become what a shell would have started, then run the command."""
    os.setsid()
    output = os.open(printed, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    os.dup2(output, 1)
    os.dup2(output, 2)
    sys.stdin = None  # what is open here is not open in a process started from here
    os.chdir(cwd)
    os.environ.clear()
    os.environ.update(environment)
    for place in reversed(environment.get("PYTHONPATH", "").split(os.pathsep)):
        if place and place not in sys.path:
            sys.path.insert(0, place)
    importlib.invalidate_caches()
    from vetrina.cli import main

    main(list(arguments), prog_name="vetrina")
