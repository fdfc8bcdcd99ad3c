"""Bronze, to be listed: it boots, keeps its names, explains itself, and leaves a working shop behind."""

import re

from vetrina.kernel.db.owners import owns
from vetrina.kernel.jobs import Job
from vetrina.plugin.declarations import Kpi
from vetrina.testing.doctor.grades import Check, Grade, Outcome, failed, passed
from vetrina.testing.doctor.living import live
from vetrina.testing.doctor.patient import Patient
from vetrina.testing.opening import NotMigrated
from vetrina.testing.shop import a_shop

MANIFEST = "plugin.toml is valid, and a shop finds the plugin"


async def manifest(patient: Patient) -> Outcome:
    """Reading it has raised already where it could not be read."""
    if patient.manifest.tables and patient.migrations is None:
        return failed(
            "it says tables = true and has no folder migrations/", "write a first revision, or tables = false"
        )
    if patient.migrations is not None and not patient.is_installed:
        return failed(
            "it has tables and is not installed: no shop would find its migrations",
            "pip install -e . announces it by its entry point in the group vetrina.plugins",
        )
    return passed(f"{patient.manifest.title}, for Vetrina {patient.manifest.vetrina}")


async def boots_alone(patient: Patient) -> Outcome:
    """With the doors and with what it requires, and nothing else."""
    async with a_shop([*patient.needed, patient.name], beside=()) as shop:
        plugin = shop.runtime.collected.find(patient.name)
        return passed() if plugin is not None else failed("it is not in", "see what the loader says")


async def boots_with_all(patient: Patient) -> Outcome:
    """Names clash only when somebody else has them."""
    everybody = sorted({*patient.at_hand, *patient.needed, patient.name})  # one order: shops alike are made once
    async with a_shop(everybody, beside=()) as shop:
        return passed(f"beside {len(shop.runtime.collected.loaded) - 1} others")


async def names(patient: Patient) -> Outcome:
    """The loader refuses most of them; a table's name is nobody's business until it is somebody else's."""
    name = patient.name
    found = [table.name for table in patient.tables if not owns(name, table.name, patient.neighbours)]
    found += [job.name for job in patient.items(Job) if not job.name.startswith(f"{name}.")]
    found += [kpi.code for kpi in patient.items(Kpi) if not kpi.code.startswith(f"{name}.")]
    found += [code for code in patient.manifest.permissions if not code.startswith(f"{name}.")]
    if found:
        return failed(f"{', '.join(found)}: not its own", f"begin tables with {name}_, everything else with {name}.")
    async with a_shop([*patient.needed, name], beside=()):  # its fields and migrations are held to it by the shop
        return passed()


async def readme(patient: Patient) -> Outcome:
    """What somebody reads who has to decide, and later to be rid of it."""
    text, name = patient.readme, patient.name
    if not text.strip():
        return failed("there is no README.md", "say what it is for, how to set it up and how to remove it")
    opening = re.split(r"^(?:#+ |    |```)", text.partition("\n")[2].strip(), maxsplit=1, flags=re.MULTILINE)[0]
    missing = [
        said
        for said, is_there in (
            ("what it does, below its title", len(opening.split()) >= 5),
            (f"how to set it up: `vetrina plugins on {name}`", f"plugins on {name}" in text),
            (f"how to remove it: `vetrina plugins off {name}`", f"plugins off {name}" in text),
        )
        if not is_there
    ]
    return failed(f"README.md does not say {'; '.join(missing)}", "say it") if missing else passed()


async def lives(patient: Patient) -> Outcome:
    """Really run, in a shop of its own."""
    try:
        problem = await live(patient)
    except NotMigrated as refused:
        return failed(str(refused), "its revisions must run on a new shop")
    if problem:
        return failed(problem, "a shop must be able to try it and to forget it")
    return passed("orders were placed before, meanwhile, after switching it off and after removing it")


CHECKS = (
    Check(Grade.BRONZE, "manifest", MANIFEST, manifest),
    Check(Grade.BRONZE, "boots alone", "it loads with the doors and what it requires alone", boots_alone),
    Check(Grade.BRONZE, "boots with all", "it loads beside all plugins of Vetrina's that can", boots_with_all),
    Check(Grade.BRONZE, "names", "its tables, jobs, permissions, fields and KPIs carry its name", names),
    Check(Grade.BRONZE, "README", "README.md says what it does, how to set it up and how to remove it", readme),
    Check(Grade.BRONZE, "life", "switched on, off and removed it leaves the shop working and no trace", lives),
)
