"""How often codes may be sent, and codes and passwords typed: counted by address, by network and by both."""

import math
from collections.abc import Mapping, Sequence
from datetime import timedelta

from vetrina.kernel.context import Context
from vetrina.kernel.crypto import digest
from vetrina.kernel.db import Session
from vetrina.kernel.errors import Refusal
from vetrina.shop.customers import service as customers
from vetrina.shop.customers.rules import Limit, network_of

SENT_HERE = Limit(5, timedelta(hours=1))
"""Codes for one address from one network; who floods a stranger's mailbox keeps himself waiting first."""
SENT_TO_ADDRESS = Limit(20, timedelta(hours=1))
SENT_BY_NETWORK = Limit(60, timedelta(hours=1))
TRIED_HERE = Limit(10, timedelta(minutes=15))
"""Passwords for one address from one network."""
TRIED_ON_ADDRESS = Limit(100, timedelta(hours=1))
TRIED_BY_NETWORK = Limit(100, timedelta(hours=1))
CODES_TRIED = Limit(50, timedelta(days=1))
"""All codes of an address together: five guesses at each must not become very many."""


class TooOften(Refusal):
    """Something was tried too often. Facts: minutes, after which it may be tried again."""

    code = "TOO_OFTEN"
    text = "This was tried too often. Try again in {minutes} minutes."


def sending(ctx: Context, email: str, network: str) -> dict[str, Limit]:
    """What a code that is sent counts for."""
    return _three("account-sent", ctx, email, network, (SENT_HERE, SENT_TO_ADDRESS, SENT_BY_NETWORK))


def passwords(ctx: Context, email: str, network: str) -> dict[str, Limit]:
    """What a password that is typed counts for; the first key is the person's own here."""
    return _three("account-password", ctx, email, network, (TRIED_HERE, TRIED_ON_ADDRESS, TRIED_BY_NETWORK))


def codes(ctx: Context, email: str) -> dict[str, Limit]:
    """What a code that is typed counts for."""
    return {f"account-code:{_subject(ctx, email)}": CODES_TRIED}


async def counted(ctx: Context, session: Session, limits: Mapping[str, Limit]) -> TooOften | None:
    """Count a try; what is to be answered where there were too many."""
    wait = await customers.count_if_allowed(session, limits, ctx.now())
    return TooOften(minutes=math.ceil(wait.total_seconds() / 60)) if wait > timedelta() else None


def _three(kind: str, ctx: Context, email: str, network: str, limits: Sequence[Limit]) -> dict[str, Limit]:
    """By address and network together, by address, by network."""
    subject, place = _subject(ctx, email), digest(network_of(network))
    keys = (f"{kind}-here:{digest(subject, place)}", f"{kind}:{subject}", f"{kind}-by:{place}")
    return dict(zip(keys, limits, strict=True))


def _subject(ctx: Context, email: str) -> str:
    """What stands for an address where it is counted: nothing is written down that somebody made up."""
    return ctx.shop.vault.sign("account-subject", email)
