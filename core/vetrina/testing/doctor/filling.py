"""Rows for a plugin's tables, made up from their columns: what it does with nothing says little."""

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

from vetrina.kernel.db import Document, Instant, Model
from vetrina.testing.making import EMAIL

ROWS = 2
"""Rows in each table: the first is about EMAIL, where a column asks for an address, the second about somebody else."""


def fill(file: Path, tables: Sequence[str], customer_id: int | None = None) -> list[str]:
    """Write rows into the tables of a file that nobody has open; the names of those that would have none.

    What a column may hold is guessed from its type, the model's where there is one: SQLite keeps instants and documents
    as texts. A table that refuses the guess is left empty.
    """
    refused = list[str]()
    with closing(sqlite3.connect(file, isolation_level=None)) as connection:
        connection.execute("PRAGMA foreign_keys=OFF")
        for table in tables:
            found = connection.execute("SELECT name, type FROM pragma_table_info(?)", (table,)).fetchall()
            columns = [(name, _as_declared(table, name) or kind) for name, kind in found]
            leads = dict(connection.execute('SELECT "from", "table" FROM pragma_foreign_key_list(?)', (table,)))
            names = ", ".join(f'"{name}"' for name, _ in columns)
            marks = ", ".join("?" for _ in columns)
            try:
                for number in range(1, ROWS + 1):
                    row = [_value(name, kind, leads.get(name), number, customer_id) for name, kind in columns]
                    connection.execute(f'INSERT INTO "{table}" ({names}) VALUES ({marks})', row)  # noqa: S608 (its own)
            except sqlite3.IntegrityError:
                refused.append(table)
    return refused


def holds(file: Path, tables: Sequence[str], text: str) -> list[str]:
    """The tables that hold a text somewhere."""
    with closing(sqlite3.connect(file)) as connection:
        return [
            table
            for table in tables
            if any(
                text in str(value)
                for row in connection.execute(f'SELECT * FROM "{table}"')  # noqa: S608 (its own)
                for value in row
            )
        ]


def _as_declared(table: str, column: str) -> str:
    """INSTANT or DOCUMENT where a model says so; empty for everything else."""
    known = Model.metadata.tables.get(table)
    declared = known.columns[column].type if known is not None and column in known.columns else None
    return type(declared).__name__.upper() if isinstance(declared, Instant | Document) else ""


def _value(name: str, kind: str, leads: str | None, number: int, customer_id: int | None) -> Any:
    if leads is not None:
        is_customer = leads.startswith("customers_") and customer_id is not None
        return customer_id if is_customer and number == 1 else number
    if "mail" in name:
        return EMAIL if number == 1 else f"nobody{number}@example.com"
    word = kind.upper()
    if "INT" in word or "BOOL" in word:
        return number
    if any(part in word for part in ("NUM", "DEC", "REAL", "FLOAT")):
        return number
    if "JSON" in word or "DOCUMENT" in word:
        return "{}"
    if word == "INSTANT":
        return f"2026-03-14T09:26:53.{number:06}+00:00"
    if "DATE" in word or "TIME" in word:
        return 1_773_480_413_000_000 + number
    return f"{name} {number}"
