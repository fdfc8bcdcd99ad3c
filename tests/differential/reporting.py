"""What a reader needs to see of a difference: the smallest document, its variables, both answers."""

import json

from tests.differential.answers import Answer, Executor, by_plan
from tests.differential.cases import Case
from tests.differential.running import Bench, Difference, differs
from tests.differential.shrinking import shrink


async def smallest(bench: Bench, found: Difference, executor: Executor = by_plan) -> Difference:
    """The same difference shown by as little as can be found."""

    async def still_differs(case: Case) -> bool:
        other = await differs(bench, case, executor)
        return other is not None and _kind(other) == _kind(found)

    case = await shrink(bench.schema._schema, found.case, still_differs)
    return await differs(bench, case, executor) or found


def _kind(difference: Difference) -> str:
    """The beginning of what is said of it: while shrinking, one difference is not exchanged for another."""
    return (difference.verdict.difference or "")[:20]


def shown(difference: Difference) -> str:
    run = difference.run
    return "\n".join(
        [
            f"{difference.verdict.difference}.",
            "",
            difference.case.text,
            "",
            f"operation: {difference.case.name}",
            f"variables: {json.dumps(run.variables, ensure_ascii=False)}",
            f"world: {run.seed}",
            *_answer("reference", difference.reference),
            *_answer("plan", difference.other),
        ]
    )


def _answer(whose: str, answer: Answer) -> list[str]:
    lines = [f"{whose}: {answer.body.decode()}"]
    lines += [
        f"  error at {error.path or 'the request'}: {error.message} {error.locations} {error.cause}"
        for error in answer.errors
    ]
    lines += [f"  ran {mutation}" for mutation in answer.mutations]
    return lines
