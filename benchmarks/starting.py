"""A real `vetrina serve`: from nothing to its first answer, and the memory of a worker that has answered."""

import asyncio
import http.client
import os
import re
import subprocess
import sys
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.support import questions
from benchmarks.support.measured_shop import set_up
from benchmarks.support.report import Report
from tests.support.server import free_port

STARTS = 3
ANSWERS = 200
DEADLINE = 30.0


def test_cold_start_and_memory(report: Report, tmp_path: Path) -> None:
    """The embedded shop with the plugins a new shop has, the worker's loop inside."""
    url = f"sqlite:///{tmp_path / 'shop.sqlite3'}"
    asyncio.run(set_up(url, 100))
    body = questions.body(questions.document("list"), questions.variables("list"))
    healthy, answered, memory = list[float](), list[float](), list[float]()
    for _ in range(STARTS):
        began = time.monotonic()
        with serving(url, tmp_path) as (process, port):
            _wait(port, "GET", "/healthz", b"", process)
            healthy.append(time.monotonic() - began)
            _wait(port, "POST", "/graphql", body, process)
            answered.append(time.monotonic() - began)
            for _ in range(ANSWERS):
                _wait(port, "POST", "/graphql", body, process)
            memory.append(_resident(process.pid))
    report.add("first_health", min(healthy))
    report.add("first_answer", min(answered))
    report.add("memory_per_worker", max(memory))


@contextmanager
def serving(url: str, folder: Path, *command: str) -> Generator[tuple["subprocess.Popen[bytes]", int]]:
    """A server process and its port; `command` instead of `vetrina serve`."""
    port = free_port()
    environment = {
        **os.environ,
        "VETRINA_DATABASE_URL": url,
        "VETRINA_BASE_URL": f"http://127.0.0.1:{port}",
        "VETRINA_MEDIA_ROOT": str(folder / "media"),
        "VETRINA_ENV": "test",
        "VETRINA_SECRET_KEY": "a secret for benchmarks, long enough to be one",
    }
    words = command or ("-m", "vetrina.cli", "serve")
    with (folder / f"server-{port}.log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, *words, "--port", str(port)], env=environment, stdout=log, stderr=log
        )
    try:
        yield process, port
    finally:
        process.terminate()
        process.wait(20)


def _wait(port: int, method: str, path: str, body: bytes, process: "subprocess.Popen[bytes]") -> None:
    """Ask until the answer is 200."""
    deadline = time.monotonic() + DEADLINE
    while time.monotonic() < deadline:
        assert process.poll() is None, "the server ended"
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        try:
            connection.request(method, path, body, {"content-type": "application/json"})
            if connection.getresponse().status == 200:
                return
        except OSError:
            time.sleep(0.01)
        finally:
            connection.close()
    raise AssertionError(f"{path} is not answered")


def _resident(pid: int) -> float:
    """Megabytes of memory a process holds."""
    found = re.search(r"VmRSS:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text())
    assert found
    return int(found[1]) / 1024
