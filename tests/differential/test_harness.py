"""The differential test tested: it finds what is planted, shrinks what it finds, and is strict about errors."""

import pytest
from tests.differential.answers import Answer, Everything, Path, Told, by_reference
from tests.differential.broken import DEFECTS
from tests.differential.cases import Case, Run
from tests.differential.comparing import compare, landing
from tests.differential.documents import write_case
from tests.differential.reporting import shown, smallest
from tests.differential.running import Bench, differs, run_series, synthetic_bench

pytestmark = pytest.mark.filterwarnings(
    r"ignore:coroutine '(GraphQLCoreConverter|Executor|execute_)[^']*' was never awaited"
)


@pytest.fixture(scope="module")
def bench() -> Bench:
    return synthetic_bench(0)


SAMPLE = tuple(DEFECTS)[::3]
"""The defects of `make test`; `make fuzz` plants them all."""


@pytest.mark.parametrize(
    "defect", [name if name in SAMPLE else pytest.param(name, marks=pytest.mark.fuzz) for name in DEFECTS]
)
async def test_a_planted_defect_is_found(bench: Bench, defect: str) -> None:
    _, differences = await run_series(bench, 0, 0, 100, DEFECTS[defect], most=1)
    assert differences


async def test_the_reference_agrees_with_itself(bench: Bench) -> None:
    tally, differences = await run_series(bench, 0, 0, 100, by_reference)
    assert differences == []
    assert tally.with_errors > 10


LARGE = """
query Large($first: Int = 2, $shown: Boolean! = true) {
  labs(first: $first) { ...part text: textMust nn ... on LabFace { id } }
  products(first: 3) @include(if: $shown) { nodes { title } }
}
fragment part on Lab { id chain { value other: id } }
query Other { __typename }
"""
SMALL = """\
query Large {
  labs {
    text: textMust
  }
}"""


async def test_what_is_found_is_made_small(bench: Bench) -> None:
    executor = DEFECTS["aliases are ignored"]
    case = Case(LARGE, "Large", (Run({"first": 3}, 5), Run({"shown": False}, 6)))
    found = await differs(bench, case, executor)
    assert found is not None
    small = await smallest(bench, found, executor)
    assert small.case.text == SMALL
    assert [run.variables for run in small.case.runs] == [{}]
    assert SMALL in shown(small)


def test_a_case_follows_from_its_seed_and_index(bench: Bench) -> None:
    assert write_case(bench.grammar, 3, 14) == write_case(bench.grammar, 3, 14)
    assert write_case(bench.grammar, 3, 14) != write_case(bench.grammar, 3, 15)
    assert write_case(bench.grammar, 3, 14) != write_case(bench.grammar, 4, 14)


def error(*place: str | int, message: str = "no") -> Told:
    return Told(str(place), message, "[(1, 1)]", "", "{}", place)


def answer(*errors: Told) -> Answer:
    return Answer(b"{}", errors)


LIST, FIRST, SECOND = error("list"), error("list", 0, "a"), error("list", 1, "b")
NEVER_NULL: frozenset[Path] = frozenset([("list", 0), ("list", 0, "a"), ("list", 1), ("list", 1, "b")])


def test_a_null_ends_up_where_null_may_be() -> None:
    assert landing(("list", 0, "a"), NEVER_NULL) == ("list",)
    assert landing(("list", 0, "c"), NEVER_NULL) == ("list", 0, "c")
    assert landing(("a", "b"), frozenset([("a",), ("a", "b")])) is None


@pytest.mark.parametrize(
    ("others", "is_alike"),
    [
        ((FIRST,), True),
        ((SECOND,), True),  # the loop decides which of two that null the same place is told
        ((FIRST, SECOND), True),
        ((), False),
        ((error("list", 0, "a", message="else"),), False),
        ((error("list", 7, "a"),), False),
        ((FIRST, FIRST), False),
    ],
)
def test_of_several_reasons_for_one_null_any_will_do(others: tuple[Told, ...], is_alike: bool) -> None:
    everything = Everything((FIRST, SECOND), NEVER_NULL)
    assert (compare(answer(FIRST), answer(*others), everything).difference is None) == is_alike


@pytest.mark.parametrize("others", [(), (SECOND,), (FIRST, error("other"))])
def test_the_only_reason_for_a_null_must_be_told(others: tuple[Told, ...]) -> None:
    everything = Everything((FIRST,), NEVER_NULL)
    assert compare(answer(FIRST), answer(*others), everything).difference is not None


def test_an_error_that_was_caught_further_down_is_no_reason() -> None:
    caught = error("list", 0, "c")
    everything = Everything((FIRST, caught), NEVER_NULL)
    assert compare(answer(FIRST), answer(FIRST, caught), everything).difference is None
    assert compare(answer(FIRST), answer(caught), everything).difference is not None


def test_errors_of_the_request_are_compared_one_by_one() -> None:
    everything = Everything((error(), error(message="else")), frozenset())
    assert compare(answer(error()), answer(error(message="else")), everything).difference is not None
