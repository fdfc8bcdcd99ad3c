"""A kept statement is worked out once, and says the same as one that is worked out for each call."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import Dialect, bindparam, delete, exists, func, insert, literal, select, text, update
from sqlalchemy.dialects.postgresql.asyncpg import dialect as asyncpg_dialect
from sqlalchemy.dialects.sqlite import dialect as sqlite_dialect
from sqlalchemy.exc import InvalidRequestError

from vetrina.kernel.db import id_in, text_in
from vetrina.kernel.db.statements import Params, Statements
from vetrina.kernel.messages import InboxMessage, OutboxCursor

NOON = datetime(2026, 3, 14, 12, tzinfo=UTC)
ROW = {"source": "s", "key": "k", "at": NOON, "body": {"a": [1]}}
CURSOR = {"subscriber": "a", "position": 1, "lease_until": None}
M = InboxMessage

Case = tuple[Callable[[], Any], list[Params | None]]

CASES: dict[str, Case] = {
    "nothing to give": (lambda: select(M.id), [None, {}, {"else": 1}]),
    "one value": (lambda: select(M.id).where(M.key == bindparam("key_")), [{"key_": "a"}, {"key_": None, "else": 2}]),
    "a literal": (lambda: select(M.id).where(M.key == "a", M.at > NOON), [None, {"else": 1}]),
    "a literal and a value": (
        lambda: select(M.id, literal(7)).where(M.key == "a", M.id > bindparam("above")).limit(bindparam("size")),
        [{"above": 1, "size": 2}, {"size": 3, "above": 4}],
    ),
    "a time": (lambda: select(M.id).where(M.at > bindparam("at_", type_=M.at.type)), [{"at_": NOON}, {"at_": None}]),
    "a value of its own": (
        lambda: select(M.id).limit(bindparam("size", 10)).offset(bindparam("skip", 0)),
        [None, {"size": 2}, {"skip": 1}, {"size": 3, "skip": 4}],
    ),
    "one list twice": (
        lambda: select(M.id).where(id_in(M.id, "ids") | exists().where(id_in(OutboxCursor.position, "ids"))),
        [{"ids": []}, {"ids": [1, 2]}, {"ids": (3,)}],
    ),
    "texts": (lambda: select(M.id).where(text_in(M.key, "keys", is_long=True)), [{"keys": ["a", "'"]}]),
    "a list written out": (lambda: select(M.id).where(M.key.in_(["a", "b"]), M.id > bindparam("id_")), [{"id_": 1}]),
    "an empty list": (lambda: select(M.id).where(M.key.in_([]), M.id > bindparam("id_")), [{"id_": 1}]),
    "a list given": (
        lambda: select(M.id).where(M.key.in_(bindparam("keys", expanding=True))),
        [{"keys": ["a"]}, {"keys": ["a", "b"]}, {"keys": []}],
    ),
    "a value found late": (lambda: select(M.id).where(M.key == bindparam("k", callable_=lambda: "late")), [None]),
    "text": (lambda: text("SELECT :a AS one, :b AS two, :a AS three"), [{"a": 1, "b": 2}]),
    "an insert": (lambda: insert(M), [ROW, {**ROW, "body": None}, {"source": "s", "key": "k", "at": NOON}]),
    "an insert that answers": (lambda: insert(M).returning(M.id), [ROW, dict(reversed(ROW.items()))]),
    "an insert with its own values": (lambda: insert(M).values(ROW), [None, {"source": "t"}]),
    "an update": (
        lambda: update(OutboxCursor).where(OutboxCursor.subscriber == bindparam("who")),
        [{"who": "a", "position": 2}, {"who": "b", "lease_until": NOON}, {"who": "b", "position": 3}],
    ),
    "an update of its own": (
        lambda: update(OutboxCursor).values(position=OutboxCursor.position + 1).where(OutboxCursor.subscriber == "a"),
        [None, {}, {"lease_until": NOON}, {"position": 3}],
    ),
    "a delete": (lambda: delete(M).where(id_in(M.id, "ids"), M.key == "a"), [{"ids": [1]}, {"ids": []}]),
    "a selected insert": (
        lambda: insert(OutboxCursor).from_select(
            ["subscriber", "position"], select(M.key, func.count() + bindparam("n")).group_by(M.key)
        ),
        [{"n": 1}, {"n": 2}],
    ),
}


@pytest.fixture(params=[sqlite_dialect, asyncpg_dialect], ids=["sqlite", "postgresql"])
def dialect(request: pytest.FixtureRequest) -> Dialect:
    return request.param()


def said(statements: Statements, statement: Any, params: Params | None) -> tuple[Any, ...]:
    call = statements.call(statement, params)
    return call.text, call.arguments, call.columns


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_a_kept_statement_says_what_a_new_one_says(dialect: Dialect, case: Case) -> None:
    build, given = case
    kept, statements = build(), Statements(dialect)
    for _ in range(3):
        for params in given:
            assert said(statements, kept, params) == said(Statements(dialect), build(), params)


@pytest.mark.parametrize("name", sorted(set(CASES) - {"a list given", "a value found late"}))
def test_a_kept_statement_is_worked_out_no_more(dialect: Dialect, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    build, given = CASES[name]
    kept, statements = build(), Statements(dialect)
    for params in [*given, *given]:
        said(statements, kept, params)
    monkeypatch.setattr(kept, "_generate_cache_key", None)
    monkeypatch.setattr(statements, "_prepare", None)
    for params in given:
        said(statements, kept, params)


@pytest.mark.parametrize("calls", range(3))
def test_a_parameter_that_is_missing_is_named(dialect: Dialect, calls: int) -> None:
    statements, chosen = Statements(dialect), select(M.id).where(id_in(M.id, "ids"), M.key == bindparam("key_"))
    for _ in range(calls):
        statements.call(chosen, {"ids": [1], "key_": "a"})
    for params in (None, {}, {"ids": [1]}):
        with pytest.raises(InvalidRequestError, match=r"'key_'|'ids'"):
            statements.call(chosen, params)


def test_what_is_made_of_a_kept_statement_is_another(dialect: Dialect) -> None:
    statements, chosen = Statements(dialect), select(M.id).where(M.key == bindparam("key_"))
    for _ in range(3):
        statements.call(chosen, {"key_": "a"})
    further = chosen.where(M.id > 5).add_columns(M.at)
    for _ in range(3):
        call = statements.call(further, {"key_": "b"})
        assert call.columns == ("id", "at")
        assert call.arguments == ["b", 5]


def test_calls_share_no_arguments(dialect: Dialect) -> None:
    statements, chosen = Statements(dialect), select(M.id).where(M.key == bindparam("key_"), M.id > 5)
    calls = [statements.call(chosen, {"key_": key}) for key in "abcd"]
    assert [call.arguments for call in calls] == [[key, 5] for key in "abcd"]


def test_what_a_statement_remembers_is_bounded(dialect: Dialect) -> None:
    statements, changing = Statements(dialect), update(M).where(M.id == 1)
    for _ in range(2):
        for number in range(120):
            statements.call(changing, {f"else_{number}": 1, "key": "a"})
    assert len(changing.__dict__[f"vetrina_{dialect.name}"]) <= 50
