"""A PostgreSQL of a test's own that may be killed and started again, and that keeps what it said it had committed."""

import contextlib
import os
import shutil
import subprocess
import tempfile
from collections.abc import Generator
from pathlib import Path

from tests.support.postgres import _binaries, _free_port, _run, _unprivileged  # pyright: ignore[reportPrivateUsage]

FLAGS = ("max_connections=60", "jit=off", "listen_addresses=127.0.0.1")
"""Unlike the server of the other tests, this one waits until a commit is written."""


class Cluster:
    """A running server; `url` is its maintenance database."""

    def __init__(self, folder: Path, port: int, control: list[str | Path]) -> None:
        self.url = f"postgresql://vetrina@127.0.0.1:{port}/postgres"
        self._folder, self._port, self._control = folder, port, control

    def start(self) -> None:
        """Start it, and wait until it has recovered."""
        options = " ".join(f"-c {flag}" for flag in FLAGS) + f" -p {self._port} -k {self._folder}"
        _run(*self._control, "-l", self._folder / "log", "-o", options, "start")

    def die(self) -> None:
        """End it as a power cut would: connections break, nothing is tidied up."""
        _run(*self._control, "-m", "immediate", "stop")


@contextlib.contextmanager
def cluster() -> Generator[Cluster | None]:
    """A server that is running; None where the tests are given somebody else's."""
    if os.environ.get("VETRINA_TEST_PG"):
        yield None
        return
    binaries, folder = _binaries(), Path(tempfile.mkdtemp(prefix="vetrina-pg-"))
    as_owner = _unprivileged(folder, binaries)
    store = folder / "store"
    _run(*as_owner, binaries / "initdb", "-D", store, "-U", "vetrina", "-A", "trust", "-E", "UTF8")
    found = Cluster(folder, _free_port(), [*as_owner, binaries / "pg_ctl", "-D", store, "-w"])
    found.start()
    try:
        yield found
    finally:
        with contextlib.suppress(subprocess.CalledProcessError):
            found.die()
        shutil.rmtree(folder, ignore_errors=True)
