"""Server processes of a benchmark: started, asked over sockets, and what they spent."""

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

import msgspec
from benchmarks.support.client import REQUEST
from tests.support.server import free_port

CONNECTIONS = 8
DEADLINE = 30.0
SERVE = ("-m", "vetrina.cli", "serve")


class Server(msgspec.Struct):
    """A process and where it listens."""

    process: "subprocess.Popen[bytes]"
    port: int

    def wait(self, path: str, body: bytes = b"") -> None:
        """Ask until the answer is 200; a body is posted."""
        deadline = time.monotonic() + DEADLINE
        while time.monotonic() < deadline:
            assert self.process.poll() is None, "the server ended"
            connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
            try:
                connection.request("POST" if body else "GET", path, body, {"content-type": "application/json"})
                if connection.getresponse().status == 200:
                    return
            except OSError:
                time.sleep(0.01)
            finally:
                connection.close()
        raise AssertionError(f"{path} is not answered")

    def spent(self) -> float:
        """Microseconds of processor time so far."""
        return spent_by(self.process.pid)

    def resident(self) -> float:
        """Megabytes of memory it holds."""
        found = re.search(r"VmRSS:\s+(\d+) kB", Path(f"/proc/{self.process.pid}/status").read_text())
        assert found
        return int(found[1]) / 1024

    async def load(self, path: str, body: bytes, requests: int) -> None:
        """Send so many requests over a few kept connections, each after the answer to the one before."""
        request = REQUEST.format(path=path, length=len(body)).encode() + body
        await asyncio.gather(*(self._ask(request, requests // CONNECTIONS) for _ in range(CONNECTIONS)))

    async def _ask(self, request: bytes, times: int) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        try:
            for _ in range(times):
                writer.write(request)
                head = await reader.readuntil(b"\r\n\r\n")
                assert head.startswith(b"HTTP/1.1 200 "), head
                length = re.search(rb"(?i)content-length: (\d+)", head)
                assert length
                await reader.readexactly(int(length[1]))
        finally:
            writer.close()


def spent_by(pid: int) -> float:
    """Microseconds of processor time of a process on this machine so far, the kernel's part included."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK") * 1e6


@contextmanager
def serving(url: str, folder: Path, *command: str) -> Generator[Server]:
    """A server process over a shop that is set up already: `vetrina serve`, or another command of Python."""
    port = free_port()
    environment = {
        **os.environ,
        "VETRINA_DATABASE_URL": url,
        "VETRINA_BASE_URL": "https://shop.test",
        "VETRINA_MEDIA_ROOT": str(folder / "media"),
        "VETRINA_ENV": "test",
        "VETRINA_RESPONSE_CACHE": "0",
        "VETRINA_SECRET_KEY": "a secret for benchmarks, long enough to be one",
    }
    with (folder / f"server-{port}.log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, *(command or SERVE), "--port", str(port)], env=environment, stdout=log, stderr=log
        )
    try:
        yield Server(process, port)
    finally:
        process.terminate()
        process.wait(20)
