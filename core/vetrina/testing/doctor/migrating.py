"""A plugin's migrations: up, down and up again, on an empty shop and on a filled one, and as its models say."""

import asyncio
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

from sqlalchemy import MetaData

from vetrina.kernel import migrate
from vetrina.kernel.db import Model, table_of
from vetrina.migrations.tables import metadata
from vetrina.testing.doctor.filling import fill
from vetrina.testing.doctor.grades import Outcome, failed, passed, spared
from vetrina.testing.doctor.living import BOOKS
from vetrina.testing.doctor.patient import Patient
from vetrina.testing.opening import opened_file
from vetrina.testing.shop import COMPANIONS

Declared = dict[str, str]


async def migrates(patient: Patient) -> Outcome:
    """Really run, on a shop's own file."""
    if patient.migrations is None:
        return spared("it has no tables")
    file = await opened_file((*COMPANIONS, *patient.needed))
    try:
        return await asyncio.to_thread(_migrates, patient, patient.migrations, file)
    finally:
        shutil.rmtree(file.parent, ignore_errors=True)


def _migrates(patient: Patient, folder: Path, file: Path) -> Outcome:
    url, folders, name = f"sqlite:///{file}", {patient.name: folder}, patient.name
    before, tables = declared(file), [table.name for table in patient.tables]
    refused = list[str]()
    for how in ("empty", "filled"):
        problem = migrate.upgrade_one(url, folders, name).failed.get(name)
        if problem:
            return failed(f"on a shop whose tables of it are {how}: {problem}", "upgrade() must run after downgrade()")
        up = declared(file)
        if how == "filled":
            refused = fill(file, tables)
        else:
            differing = migrate.check(url, folders, _metadata(patient))
            if differing:
                return failed(
                    f"models and migrations differ: {'; '.join(differing)}",
                    "add a revision that brings one to the other",
                )
        migrate.remove(url, folders, name)
        down = declared(file)
        if down != before:
            left = sorted(key for key in {*down, *before} if down.get(key) != before.get(key))
            return failed(f"downgrade() leaves {', '.join(left)}", "drop what upgrade() made")
    problem = migrate.upgrade_one(url, folders, name).failed.get(name)
    if problem or declared(file) != up:
        return failed(f"up again is not what it was: {problem}", "upgrade() must run after downgrade()")
    made = sorted(key for key in up if key not in before and key.startswith("table "))
    unfilled = f"; {', '.join(refused)} could not be filled" if refused else ""
    return passed(f"{', '.join(made)}{unfilled}")


def declared(file: Path) -> Declared:
    """All that a file declares, by kind and name."""
    with closing(sqlite3.connect(file)) as connection:
        rows = connection.execute("SELECT type || ' ' || name, tbl_name, coalesce(sql, '') FROM sqlite_master")
        return {what: sql for what, table, sql in rows if table not in BOOKS and not table.startswith("sqlite_")}


def _metadata(patient: Patient) -> MetaData:
    """The core's tables and the plugin's, whoever else's this process has imported."""
    copies = MetaData(naming_convention=metadata().naming_convention)
    prefixes = ("vetrina.", f"{patient.package.package}.")
    for mapper in Model.registry.mappers:
        if f"{mapper.class_.__module__}.".startswith(prefixes):
            table_of(mapper.class_).to_metadata(copies)
    return copies
