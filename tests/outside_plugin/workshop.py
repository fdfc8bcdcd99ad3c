"""Where strangers work: wheels are built, a clean environment is made, things are installed and served there."""

import contextlib
import json
import os
import re
import shutil
import subprocess
import sys
import sysconfig
import venv
from collections.abc import Generator, Mapping
from importlib.metadata import distributions
from pathlib import Path

from hatchling.build import build_wheel
from tests.support.server import ROOT, Server, free_port, wait_until_ready

HERE = Path(__file__).parent
PROJECT = Path(sysconfig.get_paths()["purelib"])
"""Where third parties are installed for those who work on Vetrina, and Vetrina itself as their checkout."""

ONE_AFTER_ANOTHER = """
import contextlib, io, json, sys
from vetrina.cli import main
told = []
for arguments in json.loads(sys.argv[1]):
    with contextlib.redirect_stdout(io.StringIO()) as said:
        main(arguments, standalone_mode=False)
    told.append(said.getvalue())
print(json.dumps(told))
"""


def wheel_of_vetrina(folder: Path) -> Path:
    """Vetrina's own wheel, as it would be published."""
    return _built(ROOT, folder)


def wheel_of_wishes(version: str, folder: Path) -> Path:
    """The outside plugin's; the next version is the first one with what differs laid over it."""
    source = folder / f"wishes-{version}"
    for layer in ("v1",) if version == "1.0.0" else ("v1", "v2"):
        shutil.copytree(HERE / layer, source, dirs_exist_ok=True, ignore=shutil.ignore_patterns("__pycache__"))
    return _built(source, folder)


def wheel_of_misfits(manifests: Mapping[str, str], folder: Path) -> Path:
    """A distribution of plugins that cannot be imported, by their names and what their manifests say."""
    source = folder / "misfits"
    for name, manifest in manifests.items():
        package = source / f"vetrina_{name}"
        package.mkdir(parents=True)
        (package / "plugin.toml").write_text(f'name = "{name}"\ntitle = "{name.title()}"\n{manifest}\n')
        (package / "__init__.py").write_text("raise RuntimeError('this was imported')\n")
    entries = "\n".join(f'{name} = "vetrina_{name}"' for name in manifests)
    packages = [f"vetrina_{name}" for name in manifests]
    (source / "pyproject.toml").write_text(
        '[build-system]\nrequires = ["hatchling"]\nbuild-backend = "hatchling.build"\n'
        '[project]\nname = "vetrina-misfits"\nversion = "1.0"\n'
        f'[project.entry-points."vetrina.plugins"]\n{entries}\n'
        f"[tool.hatch.build.targets.wheel]\npackages = {packages}\n"
    )
    return _built(source, folder)


def _built(source: Path, folder: Path) -> Path:
    """By the very backend that pip would ask, which works in the project's folder."""
    before = Path.cwd()
    os.chdir(source)
    try:
        return folder / build_wheel(str(folder))
    finally:
        os.chdir(before)


class Environment:
    """A virtual environment without anything of this checkout; what runtime.txt locks is lent to it, and no more."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "environment"
        venv.create(self.folder)
        self.packages = next(self.folder.glob("lib/python*/site-packages"))
        lent = folder / "lent"
        lent.mkdir()
        for name in _locked():
            (lent / name).symlink_to(PROJECT / name)
        (self.packages / "lent.pth").write_text(f"{lent}\n")
        self._cache = _shared_cache(folder / "pycache", lent)

    def install(self, wheel: Path) -> None:
        """Install a wheel and nothing else, or another version of what is there."""
        self._pip("install", "--no-deps", "--no-index", str(wheel))

    def uninstall(self, distribution: str) -> None:
        self._pip("uninstall", distribution)

    def python(self, code: str) -> str:
        """What a program of this environment prints."""
        return self._run([str(self.folder / "bin" / "python"), "-c", code], {})

    def vetrina(self, *arguments: str, url: str) -> str:
        """What `vetrina` prints; a failure raises with its output."""
        return self._run([str(self.folder / "bin" / "vetrina"), *arguments], {"VETRINA_DATABASE_URL": url})

    def vetrinas(self, *commands: list[str], url: str) -> list[str]:
        """What each of these commands prints, in one process: starting is most of what a command costs."""
        told = self._run(
            [str(self.folder / "bin" / "python"), "-c", ONE_AFTER_ANOTHER, json.dumps(commands)],
            {"VETRINA_DATABASE_URL": url},
        )
        return json.loads(told.splitlines()[-1])

    @contextlib.contextmanager
    def serving(self, url: str, *options: str) -> Generator[Server]:
        """`vetrina serve` as a process of its own; ready when this yields."""
        port = free_port()
        printed = self.folder / f"server-{port}.log"
        variables = {"VETRINA_DATABASE_URL": url, "VETRINA_BASE_URL": f"http://127.0.0.1:{port}"}
        command = [str(self.folder / "bin" / "vetrina"), "serve", "--port", str(port), *options]
        with printed.open("wb") as log:
            process = subprocess.Popen(
                command, env=self._with(variables), stdout=log, stderr=log, cwd=self.folder, start_new_session=True
            )
        server = Server(process, port, printed)
        try:
            wait_until_ready(server)
            yield server
        finally:
            server.stop()

    def _with(self, variables: Mapping[str, str]) -> dict[str, str]:
        kept = {name: os.environ[name] for name in ("HOME", "LANG", "PATH", "TMPDIR") if name in os.environ}
        secret = {"VETRINA_SECRET_KEY": "a secret for tests, long enough to be one", "VETRINA_ENV": "test"}
        return {**kept, **self._cache, **secret, "VETRINA_MEDIA_ROOT": str(self.folder / "media"), **variables}

    def _pip(self, verb: str, *arguments: str) -> None:
        python = str(self.folder / "bin" / "python")
        self._run([sys.executable, "-m", "uv", "pip", verb, "-q", "--no-cache", "--python", python, *arguments], {})

    def _run(self, command: list[str], variables: Mapping[str, str]) -> str:
        done = subprocess.run(
            command, env=self._with(variables), capture_output=True, text=True, check=False, cwd=self.folder
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout


def _locked() -> set[str]:
    """What the distributions that a shop runs on have installed: folders and modules, by their names."""
    lines = (ROOT / "requirements" / "runtime.txt").read_text().splitlines()
    names = {line.partition("==")[0] for line in lines if "==" in line}
    locked = [each for each in distributions(path=[str(PROJECT)]) if re.sub("[-_.]+", "-", each.name).lower() in names]
    tops = {file.parts[0] for each in locked for file in each.files or ()}
    return {name for name in tops if name not in ("..", "__pycache__") and not name.endswith(".pth")}


def _shared_cache(folder: Path, lent: Path) -> dict[str, str]:
    """Third parties are compiled already; what is compiled anew stays in the folder."""
    if sys.pycache_prefix is None:
        return {}
    place = folder / lent.relative_to("/")
    place.parent.mkdir(parents=True)
    place.symlink_to(Path(sys.pycache_prefix) / PROJECT.relative_to("/"))
    return {"PYTHONPYCACHEPREFIX": str(folder)}
