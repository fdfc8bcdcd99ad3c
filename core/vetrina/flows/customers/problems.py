"""What is answered to whoever asks for an account: faults of the input, and that he has to wait."""

import math
from collections.abc import Iterable, Mapping
from datetime import timedelta

import msgspec

from vetrina.kernel.context import Context
from vetrina.kernel.crypto import digest
from vetrina.kernel.db import Session
from vetrina.kernel.errors import Refusal, TooManyTries
from vetrina.shop.customers import service as customers
from vetrina.shop.customers.rules import Fault, Limit, network_of

Path = tuple[str, ...]

CODES = {
    "blank": "BLANK",
    "too_short": "TOO_SHORT",
    "too_long": "TOO_LONG",
    "whitespace": "PASSWORD_STARTS_OR_ENDS_WITH_WHITESPACE",
    "html": "CONTAINS_HTML_TAGS",
    "url": "CONTAINS_URL",
}
"""A fault in the words of CustomerErrorCode; everything else is INVALID."""


class CustomerProblem(msgspec.Struct, frozen=True, kw_only=True):
    """Why nothing was changed. `code` is a CustomerErrorCode, `field` the input's path."""

    code: str
    message: str
    field: Path | None = None


class CustomerRefused(Refusal):
    """Stops a flow before anything is committed."""

    code = "CUSTOMER_REFUSED"
    text = "{said}"

    def __init__(self, *problems: CustomerProblem) -> None:
        self.problems = problems
        super().__init__(field=problems[0].field, said="; ".join(problem.message for problem in problems))


def refuse(code: str, message: str, *field: str) -> CustomerRefused:
    """One problem, to be raised."""
    return CustomerRefused(CustomerProblem(code=code, message=message, field=field or None))


def stop_at(faults: Iterable[Fault | None], *within: str) -> None:
    """Raises CustomerRefused with every fault there is; `within` is the argument that holds the input."""
    problems = [
        CustomerProblem(code=CODES.get(fault.kind, "INVALID"), message=fault.message, field=(*within, fault.field))
        for fault in faults
        if fault is not None
    ]
    if problems:
        raise CustomerRefused(*problems)


def token_invalid() -> CustomerRefused:
    """A token that opens nothing; whether it ever did is not told."""
    return refuse("TOKEN_INVALID", "The customer access token is not valid; sign in again.", "customer_access_token")


def subject(ctx: Context, kind: str, email: str) -> str:
    """What an address is counted by: nothing is written down that somebody made up."""
    return f"{kind}:{ctx.shop.vault.sign('customer-subject', email)}"


def here(ctx: Context, kind: str, email: str) -> str:
    """What tries at one address from one network are counted by."""
    return f"{kind}:{digest(subject(ctx, kind, email), network_of(ctx.client))}"


def network(ctx: Context, kind: str) -> str:
    """What tries from one network are counted by."""
    return f"{kind}:{digest(network_of(ctx.client))}"


async def count(ctx: Context, session: Session, limits: Mapping[str, Limit], *, tries: int = 1) -> None:
    """Count a try by each of its keys. Raises TooManyTries, which a repeat under the same key asks anew."""
    stop_while_waiting(ctx, await customers.count_if_allowed(session, limits, ctx.now(), tries=tries))


def stop_while_waiting(ctx: Context, wait: timedelta) -> None:
    """Raises TooManyTries unless there is nothing to wait for."""
    if wait > timedelta():
        ctx.answer_passes()
        raise TooManyTries(seconds=math.ceil(wait.total_seconds()))
