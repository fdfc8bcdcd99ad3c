"""The first migrations, rewritten from the models until the first release freezes them."""

import subprocess
import sys
from collections.abc import Iterable
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from typing import Any

from alembic.autogenerate.api import AutogenContext
from alembic.autogenerate.render import render_op
from alembic.operations.ops import CreateIndexOp, CreateTableOp
from alembic.runtime.migration import MigrationContext
from sqlalchemy import BigInteger, MetaData, Table

from vetrina.kernel.db import Document, Instant, Model, table_of
from vetrina.kernel.errors import Fault

VERSIONS = Path(__file__).parents[1] / "migrations" / "versions"

LONG = 30
"""Columns and constraints of a table whose indexes get a function of their own."""
VERY_LONG = 45
"""And of one whose columns get one too."""

MOST_TABLES = 9
"""Of one revision."""


def write_foundation(folder: Path = VERSIONS) -> list[Path]:
    """Replace the folder's revisions by one per module that owns tables, parents first; return their paths."""
    for old in folder.glob("0*.py"):
        old.unlink()
    tables, paths = _tables_by_owner(), list[Path]()
    for number, owner in enumerate(_parents_first(tables), start=1):
        path = folder / f"{number:04}_{owner}.py"
        path.write_text(_revision(number, owner, tables[owner]))
        paths.append(path)
    for verb in (["format"], ["check", "--fix"]):
        subprocess.run([sys.executable, "-m", "ruff", *verb, "--quiet", *paths], check=True)
    return paths


def _tables_by_owner() -> dict[str, list[Table]]:
    """The core's tables by the module that declares them, in an order in which they can be created."""
    from vetrina.migrations.tables import metadata

    homes = {table_of(mapper.class_).name: mapper.class_.__module__.split(".") for mapper in Model.registry.mappers}
    found: dict[str, list[Table]] = {}
    for table in metadata().sorted_tables:
        home = homes[table.name]
        if home[0] == "vetrina":
            found.setdefault(home[2] if home[1] == "shop" else home[1], []).append(table)
    return dict(_parted(found))


def _parted(tables: dict[str, list[Table]]) -> Iterable[tuple[str, list[Table]]]:
    """A module of many tables has several revisions: none is longer than a file may be."""
    for owner, owned in tables.items():
        for part, start in enumerate(range(0, len(owned), MOST_TABLES), start=1):
            yield owner if part == 1 else f"{owner}_{part}", owned[start : start + MOST_TABLES]


def _parents_first(tables: dict[str, list[Table]]) -> Iterable[str]:
    owners = {table.name: owner for owner, owned in tables.items() for table in owned}
    needed = {
        owner: {owners[key.column.table.name] for table in owned for key in table.foreign_keys} - {owner}
        for owner, owned in tables.items()
    }
    sorter = TopologicalSorter({owner: sorted(needed[owner] | {"kernel"} - {owner}) for owner in sorted(needed)})
    try:
        return list(sorter.static_order())
    except CycleError as circle:
        raise Fault(f"foreign keys run in a circle between modules: {circle.args[1]}") from None


def _revision(number: int, owner: str, tables: list[Table]) -> str:
    context = _context(tables[0].metadata)
    bodies = {table: _create(table, context) for table in tables}
    code = "\n".join(bodies.values())
    types = [name for name in ("BigInt", "Document", "Instant") if f" {name}" in code]
    ledgers = [table.name for table in tables if table.info.get("append_only")]
    lines = [
        f'"""The first tables of {owner}: {len(tables)}, as the models declared them."""',
        "",
        "from typing import Any" if "[Any]" in code else "",
        "import sqlalchemy as sa",
        "from alembic import op",
        f"from vetrina.kernel.db import {', '.join(types)}" if types else "",
        "from vetrina.kernel.migrate import drop_append_only, make_append_only" if ledgers else "",
        f'revision = "{number:04}"',
        f'down_revision = "{number - 1:04}"' if number > 1 else "down_revision = None",
        'branch_labels = ("core",)' if number == 1 else "branch_labels = None",
        "",
        "def upgrade() -> None:",
        *(f"    create_{table.name}()" for table in tables),
        "",
        "def downgrade() -> None:",
        *(f"    {_drop(table)}" for table in reversed(tables)),
        "",
        *bodies.values(),
    ]
    return "\n".join(lines) + "\n"


def _drop(table: Table) -> str:
    return f'{"drop_append_only" if table.info.get("append_only") else "op.drop_table"}("{table.name}")'


def _create(table: Table, context: AutogenContext) -> str:
    """The functions that create a table: one, or two or three where one would be too long to read."""
    creation = CreateTableOp.from_table(table)
    creation.info = {}
    lines = list(render_op(context, creation))
    if table.info.get("append_only"):
        lines.append(f'make_append_only("{table.name}")')
    indexes = [CreateIndexOp.from_index(index) for index in sorted(table.indexes, key=lambda index: str(index.name))]
    index_lines = [line for index in indexes for line in render_op(context, index)]
    size = len(table.columns) + len(table.constraints)
    if size <= LONG:
        return _function(f"create_{table.name}", [*lines, *index_lines])
    lines.append(f"index_{table.name}()")
    functions = [_function(f"index_{table.name}", index_lines)]
    if size > VERY_LONG:
        lines[0], columns = _without_columns(lines[0], table.name)
        functions.insert(0, columns)
    return "\n".join([_function(f"create_{table.name}", lines), *functions])


def _without_columns(creation: str, table: str) -> tuple[str, str]:
    """The call that creates a table with its columns taken from a function, and that function."""
    parts = creation.split("\n")
    columns = [part for part in parts if part.startswith("sa.Column(")]
    rest = [part for part in parts if not part.startswith("sa.Column(")]
    rest.insert(1, f"*columns_{table}(),")
    body = "\n".join(f"    {column}" for column in columns)
    return "\n".join(rest), f"def columns_{table}() -> list[sa.Column[Any]]:\n    return [\n{body}\n    ]\n"


def _function(name: str, lines: list[str]) -> str:
    body = "\n".join(lines).replace("\n", "\n    ")
    return f"def {name}() -> None:\n    {body}\n"


def _context(metadata: MetaData) -> AutogenContext:
    options = {
        "sqlalchemy_module_prefix": "sa.",
        "alembic_module_prefix": "op.",
        "user_module_prefix": None,
        "render_item": _render_item,
        "render_as_batch": False,
        "target_metadata": metadata,
    }
    migration = MigrationContext.configure(dialect_name="postgresql", opts=options)
    return AutogenContext(migration, metadata, options)


def _render_item(kind: str, item: Any, _: AutogenContext) -> str | bool:
    """Our own column types by their names, so that a revision reads the same for both engines."""
    if kind != "type":
        return False
    if isinstance(item, Instant):
        return "Instant()"
    if isinstance(item, Document):
        return "Document()"
    return "BigInt" if isinstance(item, BigInteger) else False
