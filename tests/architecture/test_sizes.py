"""Files and functions stay small enough to be read in one go."""

import pytest
from tests.support.sources import Source, functions, planted, sources

LARGEST_FILE, LARGEST_FUNCTION = 400, 60
LARGEST_TEST_FILE, LARGEST_TEST = 800, 80
FORGIVEN: frozenset[str] = frozenset()
"""Paths that may be larger. It starts empty and stays so."""


def too_large(source: Source) -> list[str]:
    file_limit = LARGEST_FILE if source.is_shipped else LARGEST_TEST_FILE
    function_limit = LARGEST_FUNCTION if source.is_shipped else LARGEST_TEST
    lines = source.text.count("\n")
    found = [f"{source.path} has {lines} lines, {file_limit} are the limit"] if lines > file_limit else []
    for function in functions(source):
        length = (function.end_lineno or 0) - function.lineno + 1
        if length > function_limit:
            found.append(f"{source.where(function)} {function.name} has {length} lines, {function_limit} are the limit")
    return found


def test_no_file_and_no_function_is_too_large() -> None:
    found = [line for source in sources() if source.path not in FORGIVEN for line in too_large(source)]
    assert not found, "\n".join(found)


def test_nothing_is_forgiven() -> None:
    assert frozenset() == FORGIVEN


@pytest.mark.parametrize(
    ("path", "lines", "is_fine"),
    [
        ("core/vetrina/a.py", 400, True),
        ("core/vetrina/a.py", 401, False),
        ("tests/a.py", 800, True),
        ("tests/a.py", 801, False),
    ],
)
def test_the_limit_of_a_file_bites(path: str, lines: int, *, is_fine: bool) -> None:
    assert (too_large(planted("pass\n" * lines, path)) == []) is is_fine


@pytest.mark.parametrize(("lines", "is_fine"), [(60, True), (61, False)])
def test_the_limit_of_a_function_bites(lines: int, *, is_fine: bool) -> None:
    body = "async def f():\n" + "    pass\n" * (lines - 1)
    assert (too_large(planted(body)) == []) is is_fine
