"""What is run beside us, in processes of their own: tests, types, and the first import."""

import asyncio
import json
import re
import tempfile
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from vetrina.plugin.collected import DOORS
from vetrina.plugin.discovery import wanted
from vetrina.testing.doctor.patient import Patient, python

SHOP = "vetrina.web.serving"
"""With the doors, what a shop has imported long before a plugin: no cost of the plugin's."""
TRIES = 2
"""The first may have had to compile."""
_TIMED = """
import gc, sys, time
from importlib import import_module
for room in sys.argv[2:]:
    import_module(room)
gc.freeze()  # sweeping what was there before is not the plugin's work, and may fall into its time
began = time.process_time()
import_module(sys.argv[1])
print(time.process_time() - began)
"""


async def run_tests(patient: Patient) -> tuple[int, str]:
    """The exit code of its tests with the network refused, and their last lines."""
    files = [str(path) for path in patient.tests]
    options = ["-p", "no:cacheprovider", "-p", "vetrina.testing.fixtures"]
    code, said = await run(python(), "-m", "pytest", *options, *files, cwd=patient.root)
    lines = [line for line in said.splitlines() if line.strip()]
    counted = [line.strip("= ") for line in lines if re.search(r"\d+ passed", line)]
    return code, (counted or lines)[-1] if code == 0 else "\n".join(lines[-15:])


def has_type_checker() -> bool:
    return find_spec("basedpyright") is not None


async def check_types(patient: Patient) -> list[str]:
    """What a strict type checker says of the package: a line for each error."""
    with tempfile.TemporaryDirectory() as folder:
        project = Path(folder) / "pyrightconfig.json"
        settings: dict[str, Any] = {
            "include": [str(patient.folder)],
            "extraPaths": [str(patient.folder.parent)],
            "typeCheckingMode": "strict",
            "reportMissingTypeStubs": False,
            "reportPrivateUsage": False,
        }
        project.write_text(json.dumps(settings))
        options = ["--outputjson", "--project", str(project), "--pythonpath", python()]
        _, said = await run(python(), "-m", "basedpyright", *options, cwd=patient.root)
    report: dict[str, Any] = json.loads(said[said.index("{") :])
    return [
        f"{Path(error['file']).name}:{error['range']['start']['line'] + 1} {error['message'].splitlines()[0]}"
        for error in report["generalDiagnostics"]
        if error["severity"] == "error"
    ]


async def cost_of_import(patient: Patient) -> float:
    """Seconds of work that importing it takes where all it stands on is there already; the least of some."""
    times = list[float]()
    doors = [package.hooks for package in wanted(DOORS).values()]
    before = [SHOP, *doors, *patient.manifest.needs]
    for _ in range(TRIES):
        code, said = await run(python(), "-c", _TIMED, patient.package.hooks, *before, cwd=patient.root)
        found = re.search(r"[\d.e-]+\s*\Z", said)
        if code or found is None:
            raise RuntimeError(said)
        times.append(float(found[0]))
    return min(times)


async def run(*command: str, cwd: Path) -> tuple[int, str]:
    """Run a program with our own import path; its exit code and all it said."""
    ran = await asyncio.create_subprocess_exec(
        *command, cwd=cwd, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT
    )
    said, _ = await ran.communicate()
    return ran.returncode or 0, said.decode(errors="replace")
