"""How state machines are run: each example over a database of its own, for as long as it takes."""

import itertools
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import RuleBasedStateMachine, run_state_machine_as_test
from tests.support import shops
from tests.support.reuse import Reused

SLOW = (HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much, HealthCheck.large_base_example)


def fresh_databases(request: pytest.FixtureRequest, database_url: str, tmp_path: Path) -> Callable[[], str]:
    """Gives the URL of an empty database of that engine, another one at each call."""
    numbers = itertools.count()

    def fresh() -> str:
        if database_url.startswith("sqlite"):
            folder = tmp_path / str(next(numbers))
            folder.mkdir()
            return shops.sqlite_url(request.getfixturevalue("sqlite_template"), folder)
        database: Reused = request.getfixturevalue("postgres_database")
        database.start_again()
        return database.url

    return fresh


def run(machine: type[RuleBasedStateMachine], how: settings) -> None:
    """Example by example, without a limit of time and without remembering failures in a folder."""
    quiet = settings(how, deadline=None, database=None, suppress_health_check=SLOW, print_blob=False)
    run_state_machine_as_test(machine, settings=quiet)
