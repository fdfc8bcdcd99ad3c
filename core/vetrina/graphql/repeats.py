"""Repeats: a mutation sent again with its Idempotency-Key has its effect once and gets the first answer."""

import asyncio
import uuid
from collections.abc import Callable, Mapping
from typing import Any

import msgspec
from graphql import ExecutionResult, FieldNode, value_from_ast_untyped

from vetrina.graphql.errors import Refused, shown
from vetrina.graphql.limits import DEADLINE
from vetrina.graphql.operations import Operation
from vetrina.graphql.plan.run import Traced
from vetrina.kernel import idempotency
from vetrina.kernel.context import Context
from vetrina.kernel.crypto import digest
from vetrina.kernel.errors import Unavailable
from vetrina.kernel.idempotency import Claim, Remembered, Repeated, StillClaimed

SHORTEST_KEY, LONGEST_KEY = 8, 255
LONGEST_FIELD = 64
PAUSE = 0.05
"""Seconds between two looks at whether the first request has answered."""

_NOT_KEPT = frozenset({"INTERNAL_SERVER_ERROR", "SERVICE_UNAVAILABLE", "UNAUTHENTICATED", "FORBIDDEN"})
"""A fault may be gone the next time, and a permission given: such answers are not stored."""

OwnerOf = Callable[[Context, Mapping[str, Any]], str | None]
"""From a root field's arguments, as they were sent, whose key it is; None when it is nobody's."""


class Asked(msgspec.Struct, frozen=True):
    """A mutation to be answered once."""

    operation: Operation
    variables: Mapping[str, Any]
    text: str
    ctx: Context
    trail: str


class Answered(msgspec.Struct):
    """An operation's answer, errors in the words of the wire."""

    data: dict[str, Any] | None
    errors: list[dict[str, Any]]
    is_replayed: bool = False
    trace: list[Traced] | None = None
    """How long each field took, where somebody asked."""
    cost: dict[str, Any] | None = None
    """What the operation weighs, where somebody asked."""

    @property
    def has_extensions(self) -> bool:
        """Whether it is told to whom has asked for it, and to nobody else."""
        return self.trace is not None or self.cost is not None

    def add(self, part: "Answered") -> None:
        """Put a further root field's answer beside those before it; one that may not be null takes all with it."""
        self.data = None if self.data is None or part.data is None else self.data | part.data
        self.errors += part.errors
        self.is_replayed &= part.is_replayed


def owner_by_actor(ctx: Context, _: Mapping[str, Any]) -> str | None:
    """Staff are known by their token."""
    return f"{ctx.actor.kind} {ctx.actor.name}" if ctx.actor.kind == "staff" else None


def checked_key(given: str) -> str:
    """The key a header holds; quotes, which the standard's drafts put around it, are no part of it. Raises Refused."""
    is_quoted = len(given) > 1 and given[0] == given[-1] == '"'
    key = given[1:-1] if is_quoted else given
    if not SHORTEST_KEY <= len(key) <= LONGEST_KEY or not all("!" <= character <= "~" for character in key):
        problem = f"An Idempotency-Key is {SHORTEST_KEY} to {LONGEST_KEY} visible ASCII characters."
        raise Refused("BAD_REQUEST", problem)
    return key


async def answer_once(asked: Asked, key: str, owner_of: OwnerOf) -> Answered:
    """Answer each root field of the mutation: from what is stored, else by running it and storing its answer.

    Root fields run one after the other, as those of a mutation do; after a crash between two of them a repeat takes
    up where the first request was. Raises Refused when the key belongs to another request, or to one that has not
    answered within the deadline, or lost its answer; Unavailable when the fields together take too long.
    """
    variables = asked.operation.coerce(asked.variables)
    if isinstance(variables, list):
        return _answered(ExecutionResult(None, variables), asked.trail)
    fields = asked.operation.root_fields(variables)
    claims = {
        name: _claim(asked, key, owner_of, name, node)
        for name, node in fields.items()
        if node.name.value != "__typename"
    }
    for claim in claims.values():
        _check_request(claim, await idempotency.look_up(asked.ctx.db, claim))
    whole = Answered({}, [], is_replayed=True)
    try:
        async with asyncio.timeout(DEADLINE):
            for name in fields:
                claim = claims.get(name)
                part = await (_answer_field(asked, name, claim) if claim else _answer_plainly(asked, name))
                whole.add(part)
                if whole.data is None:
                    break
    except TimeoutError as error:
        raise Unavailable(f"the operation took longer than {DEADLINE} s") from error
    return whole


async def _answer_field(asked: Asked, name: str, claim: Claim) -> Answered:
    ctx = asked.ctx
    give_up_at = asyncio.get_running_loop().time() + DEADLINE - 2 * PAUSE
    while True:
        known = await idempotency.look_up(ctx.db, claim)
        _check_request(claim, known)
        if known is not None and known.answer is not None:
            return _replayed(known, asked)
        if known is not None and await _must_wait(ctx, claim, known):
            if asyncio.get_running_loop().time() > give_up_at:
                raise _in_use()
            await asyncio.sleep(PAUSE)
            continue
        claim.known, claim.is_passing = known, False
        claimed = msgspec.structs.replace(ctx, claim=claim)
        result = await asked.operation.run(asked.variables, claimed, only=name)
        match _overtaken(result):
            case StillClaimed():
                raise _in_use()
            case Repeated() if known is None or known.outcome is None:
                continue
            case _:
                answered = _answered(result, asked.trail)
        if await _keep(ctx, claim, answered):
            return answered


async def _answer_plainly(asked: Asked, name: str) -> Answered:
    """What has no effect, such as __typename, needs no claim."""
    result = await asked.operation.run(asked.variables, asked.ctx, only=name)
    answered = _answered(result, asked.trail)
    answered.is_replayed = True
    return answered


async def _must_wait(ctx: Context, claim: Claim, known: Remembered) -> bool:
    """Whether the first request is still running. One that died is gone on with, if its flow left a way."""
    if known.outcome is not None:
        return False
    if known.busy_until > ctx.now():
        return True
    if known.may_run_again:
        return not await idempotency.take_over(ctx.db, claim, known, ctx.now())
    raise Refused(
        "BAD_USER_INPUT",
        "The first request with this Idempotency-Key had its effect and its answer was lost; look before you repeat.",
        409,
        reason="IDEMPOTENCY_ANSWER_LOST",
    )


async def _keep(ctx: Context, claim: Claim, answered: Answered) -> bool:
    """Store the answer, unless it is a fault's or passes; whether it may be given, or another's was quicker."""
    if claim.is_passing or any(error["extensions"]["code"] in _NOT_KEPT for error in answered.errors):
        if claim.is_held:
            await idempotency.let_go(ctx.db, claim, ctx.now())
        return True
    body = msgspec.json.encode({"data": answered.data, "errors": answered.errors})
    return await idempotency.keep_answer(ctx.db, claim, ctx.shop.vault, body, ctx.now()) is None


def _replayed(known: Remembered, asked: Asked) -> Answered:
    stored = idempotency.read_answer(known, asked.ctx.shop.vault)
    assert stored is not None
    answered = msgspec.json.decode(stored, type=Answered)
    answered.is_replayed = True
    return answered


def _check_request(claim: Claim, known: Remembered | None) -> None:
    if known is not None and known.request_hash != claim.request_hash:
        problem = "This Idempotency-Key came with another request before."
        raise Refused("BAD_USER_INPUT", problem, 422, reason="IDEMPOTENCY_KEY_REUSED")


def _in_use() -> Refused:
    problem = "The first request with this Idempotency-Key has not been answered yet; try again shortly."
    return Refused("BAD_USER_INPUT", problem, 409, reason="IDEMPOTENCY_KEY_IN_USE")


def _claim(asked: Asked, key: str, owner_of: OwnerOf, name: str, node: FieldNode) -> Claim:
    arguments = {
        argument.name.value: value_from_ast_untyped(argument.value, dict(asked.variables))
        for argument in node.arguments or ()
    }
    owner = owner_of(asked.ctx, arguments)
    if owner is None and not _is_random(key):
        raise Refused("BAD_REQUEST", "Without an owner, such as a cart, an Idempotency-Key is a random UUID.")
    field = name if len(name) <= LONGEST_FIELD else digest(name)
    return Claim("anonymous" if owner is None else digest(owner), key, field, _request_hash(asked))


def _request_hash(asked: Asked) -> str:
    variables = msgspec.json.encode(asked.variables, order="deterministic").decode()
    name = asked.operation.node.name.value if asked.operation.node.name else ""
    # Signed: a request may hold a password, and a plain digest of one could be guessed from a copy of the database.
    return asked.ctx.shop.vault.sign("idempotency-request", digest(asked.text, variables, name))


def _is_random(key: str) -> bool:
    """A stranger cannot guess a random UUID, so that nobody hears another's answer."""
    try:
        return uuid.UUID(key).version == 4
    except ValueError:
        return False


def _answered(result: ExecutionResult, trail: str) -> Answered:
    return Answered(result.data, [shown(error, trail) for error in result.errors or ()])


def _overtaken(result: ExecutionResult) -> Repeated | StillClaimed | None:
    causes = (error.original_error for error in result.errors or ())
    return next((cause for cause in causes if isinstance(cause, Repeated | StillClaimed)), None)
