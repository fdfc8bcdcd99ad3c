"""What a fault leaves in the log: where it happened, in both forms, and nobody's secrets."""

import logging
from collections.abc import Generator

import pytest
import structlog

from vetrina.kernel.log import set_up


@pytest.fixture(autouse=True)
def as_before() -> Generator[None]:
    """Logging is the process's own."""
    root, configured = logging.getLogger(), structlog.get_config()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:], root.level = handlers, level
    structlog.configure(**configured)


@pytest.mark.parametrize("form", ["console", "json"])
def test_a_fault_says_where_it_happened_and_what_nobody_held(form: str, capfd: pytest.CaptureFixture[str]) -> None:
    set_up(form, "info")

    def fall_over(password: str) -> None:
        raise KeyError(len(password))

    try:
        fall_over("olives and " + "capers")
    except KeyError as error:
        structlog.get_logger("fault").error("fault", trail="t1", exc_info=error)
    told = capfd.readouterr().err
    assert "t1" in told and "in fall_over" in told and "KeyError: 17" in told
    assert "olives and capers" not in told
