"""Whose code is at work, and whose table is written: a plugin's transaction changes its own tables and no other's."""

import re
from collections.abc import Iterable, Mapping
from contextvars import ContextVar
from types import FrameType
from typing import Any, cast

from sqlalchemy import Delete, Executable, Insert, SelectBase, TextClause, TextualSelect, Update
from sqlalchemy.sql import visitors
from sqlalchemy.sql.elements import AbstractTextClause

from vetrina.kernel.errors import Fault

CORE = "vetrina"
"""The package whose code may write everything. A plugin's is named vetrina_<name> unless somebody says otherwise."""
OPEN_TO_ALL = frozenset({"inbox_message", "job_run", "mail_mail", "outbox_event", "staff_audit"})
"""Tables that a plugin's transaction may add rows to, through `receive`, `put_off`, `post`, `emit` and the audit.

Only add: it can neither change nor delete what somebody else has written there.
"""
CORES_OWN = frozenset({"checkout_attempt"})
"""Tables of the core's that begin with a name a plugin may have: the plugin checkout hosts pages, and owns none."""
_READS = re.compile(r"\s*(select|values)\b", re.I)
_WRITES = re.compile(r"\b(insert|update|delete|merge|into)\b", re.I)

writer: ContextVar[str | None] = ContextVar("writer", default=None)
"""The plugin that takes part in a transaction of the core now, through a port that is asked inside of it."""


class ForeignTable(Fault):
    """A plugin tried to write what is not its own; its transaction is rolled back unless it catches this."""

    def __init__(self, name: str, table: str) -> None:
        self.writer = name
        self.table = table
        super().__init__(f"{name} tried to write {table}: a plugin writes its own tables alone, named {name}_*")


def opener(packages: Mapping[str, str], frame: FrameType | None) -> str | None:
    """The plugin whose code stands nearest in the stack; None when it is the core's. Packages map to plugins' names."""
    while frame is not None:
        package = str(frame.f_globals.get("__name__")).partition(".")[0]
        if package == CORE:
            return None
        name = packages.get(package) or package.removeprefix("vetrina_")
        if name != package or package in packages:
            return name
        frame = frame.f_back
    return None


def owns(name: str, table: str, names: Iterable[str]) -> bool:
    """Whether a table is that plugin's: named <name>_*, and not a longer name's, as gift_cards_card is not gift's."""
    if not table.startswith(f"{name}_") or table in CORES_OWN:
        return False
    return not any(other.startswith(f"{name}_") and table.startswith(f"{other}_") for other in names)


def refuse_foreign(name: str, statement: Executable, names: Iterable[str]) -> None:
    """Raises ForeignTable unless all that a statement, or one inside it, writes is the plugin's own.

    What a mere text does cannot be known for sure: one that reads must begin with SELECT and hold no word that writes.
    """
    if not isinstance(statement, SelectBase | Insert | Update | Delete | AbstractTextClause):
        raise ForeignTable(name, f"by {type(statement).__name__}")
    inside: Any = visitors.iterate(cast(Any, statement))
    for element in (statement, *inside):
        if isinstance(element, TextualSelect):
            _refuse_text(name, element.element, is_whole=True)
        elif isinstance(element, AbstractTextClause):
            _refuse_text(name, element, is_whole=element is statement)
        elif isinstance(element, Insert | Update | Delete):
            table = _written(element)
            if not owns(name, table, names) and not (table in OPEN_TO_ALL and _only_adds(element)):
                raise ForeignTable(name, table)


def _refuse_text(name: str, element: AbstractTextClause, *, is_whole: bool) -> None:
    text = element.text if isinstance(element, TextClause) else str(element)
    if _WRITES.search(text) or (is_whole and not _READS.match(text)):
        raise ForeignTable(name, f"by the text {text.strip()[:80]!r}")


def _written(statement: Insert | Update | Delete) -> str:
    table: Any = statement.table
    return str(getattr(table, "element", table).name)


def _only_adds(statement: Any) -> bool:
    """Whether it inserts, and does not overwrite a row that is there."""
    if not isinstance(statement, Insert):
        return False
    conflict: Any = cast(Any, statement)._post_values_clause
    return conflict is None or not hasattr(conflict, "update_values_to_set")
