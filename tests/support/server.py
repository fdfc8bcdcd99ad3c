"""A real server: `vetrina serve` in a process of its own, spoken to over loopback."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Generator, Mapping
from pathlib import Path
from typing import Any

import httpx
from tests.support.forked import Forked

ROOT = Path(__file__).parents[2]
PLUGINS = ROOT / "tests" / "support" / "plugins"
PLUGINS_PATH = os.pathsep.join((str(PLUGINS), str(ROOT)))
"""What a process needs on PYTHONPATH to load the plugins made for tests."""


class Server:
    """A running server and where to reach it; `log` is everything it has said."""

    def __init__(self, process: "Forked | subprocess.Popen[bytes]", port: int, log_path: Path) -> None:
        self.process = process
        self.url = f"http://127.0.0.1:{port}"
        self._log_path = log_path

    @property
    def log(self) -> str:
        return self._log_path.read_text()

    def kill(self) -> None:
        """Die without a chance to tidy up, with every worker."""
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def stop(self) -> None:
        """Ask to stop, and wait until it has."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(20)
            except subprocess.TimeoutExpired:
                self.kill()


@contextlib.contextmanager
def serving(
    database_url: str,
    folder: Path,
    *,
    workers: int = 1,
    environment: dict[str, str] | None = None,
    is_fresh: bool = False,
) -> Generator[Server]:
    """Serve a shop that is set up already; the server is ready when this yields. A fresh one imports all it needs."""
    port = free_port()
    log_path = folder / f"server-{port}.log"
    variables = {
        **os.environ,
        "VETRINA_DATABASE_URL": database_url,
        "VETRINA_BASE_URL": f"http://127.0.0.1:{port}",
        "VETRINA_ENV": "test",
        "VETRINA_MEDIA_ROOT": str(folder / "media"),
        "VETRINA_SECRET_KEY": "a secret for tests, long enough to be one",
        "VETRINA_LOG_FORMAT": "json",
        **(environment or {}),
    }
    arguments = ("serve", "--port", str(port), "--workers", str(workers))
    start = _fresh if is_fresh else Forked
    server = Server(start(*arguments, environment=variables, printed=log_path, cwd=folder), port, log_path)
    try:
        wait_until_ready(server)
        yield server
    finally:
        server.stop()


def _fresh(*arguments: str, environment: Mapping[str, str], printed: Path, cwd: Path) -> "subprocess.Popen[bytes]":
    command = [sys.executable, "-m", "vetrina.cli", *arguments]
    with printed.open("wb") as log:
        return subprocess.Popen(command, env=environment, stdout=log, stderr=log, cwd=cwd, start_new_session=True)


def vetrina(*arguments: str, environment: dict[str, str] | None = None, cwd: Path | None = None) -> str:
    """Run a `vetrina` command to its end and return what it printed; a failure raises with its output."""
    done = subprocess.run(
        [sys.executable, "-m", "vetrina.cli", *arguments],
        env={**os.environ, "VETRINA_ENV": "test", **(environment or {})},
        capture_output=True,
        text=True,
        cwd=cwd,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def ask(client: httpx.Client, document: str, variables: dict[str, Any] | None = None, path: str = "/graphql") -> Any:
    """Ask a GraphQL question that must succeed; its data."""
    answer = client.post(path, json={"query": document, "variables": variables or {}})
    assert answer.status_code == 200, answer.text
    content = answer.json()
    assert "errors" not in content, content["errors"]
    return content["data"]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_until_ready(server: Server, seconds: float = 30.0) -> None:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if server.process.poll() is not None:
            raise AssertionError(f"the server ended:\n{server.log}")
        with contextlib.suppress(httpx.TransportError):
            if httpx.get(f"{server.url}/healthz", timeout=2).status_code == 200:
                return
        time.sleep(0.05)
    raise AssertionError(f"the server is not ready:\n{server.log}")
