"""VIES: whether a VAT id exists, asked at the European Commission with a deadline, and what was answered, kept."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import msgspec

from vetrina.kernel.context import Context
from vetrina.kernel.outgoing import ForbiddenAddress, Unreachable
from vetrina_tax.models import TaxCheck
from vetrina_tax.rules.numbers import VatId, read_vat_id
from vetrina_tax.settings import TaxSettings
from vetrina_tax.views import checks_since, ids_to_check

ADDRESS = "https://ec.europa.eu/taxation_customs/vies/rest-api/check-vat-number"
A_MINUTE = 60
"""So many ids are asked about in a minute at most: VIES stops those who ask too much, and anybody can type ids."""
JOB_SECONDS = 15.0
AT_ONCE = 10
KEPT_TRYING = timedelta(days=30)


class Verdict(msgspec.Struct, frozen=True, kw_only=True):
    """valid, invalid, or unanswered with the reason."""

    state: str
    request_number: str | None = None
    name: str | None = None
    error: str | None = None


async def check_vat_id(ctx: Context, settings: TaxSettings, vat_id: VatId, deadline: float) -> Verdict:
    """Ask VIES, and keep what it said; never raises for what VIES does. `deadline` in seconds."""
    if await checks_since(ctx.db, ctx.now() - timedelta(minutes=1)) >= A_MINUTE:
        return Verdict(state="unanswered", error="TOO_MANY_CHECKS")
    verdict = await _ask(ctx, settings, vat_id, deadline)
    async with msgspec.structs.replace(ctx, claim=None, delivery=None).tx() as session:
        await session.add(
            TaxCheck,
            country=vat_id.country,
            number=vat_id.number,
            state=verdict.state,
            asked_at=ctx.now(),
            request_number=verdict.request_number,
            name=verdict.name,
            error=verdict.error,
        )
    return verdict


async def check_waiting(ctx: Context, settings: TaxSettings) -> int:
    """Ask about ids that were given and have no fresh answer, the longest waiting first; how many were answered."""
    now, answered = ctx.now(), 0
    fresh = now - timedelta(days=settings.recheck_days)
    for country, number in await ids_to_check(ctx.db, now - KEPT_TRYING, fresh, AT_ONCE):
        verdict = await check_vat_id(ctx, settings, VatId(country, number), JOB_SECONDS)
        answered += verdict.state != "unanswered"
        if verdict.error == "TOO_MANY_CHECKS":
            break
    return answered


async def _ask(ctx: Context, settings: TaxSettings, vat_id: VatId, deadline: float) -> Verdict:
    asked = {"countryCode": vat_id.prefix, "vatNumber": vat_id.number}
    own = read_vat_id(settings.vat_id) if settings.vat_id else None
    if own is not None:
        asked |= {"requesterMemberStateCode": own.prefix, "requesterNumber": own.number}
    headers = {"content-type": "application/json", "accept": "application/json"}
    try:
        reply = await ctx.shop.outgoing.call(
            "POST", ADDRESS, deadline=deadline, headers=headers, content=msgspec.json.encode(asked), largest=20_000
        )
    except (Unreachable, ForbiddenAddress) as error:
        return Verdict(state="unanswered", error=str(error)[:300])
    return verdict_of(vat_id, reply.status, reply.body)


def verdict_of(vat_id: VatId, status: int, body: bytes) -> Verdict:
    """What an answer means. What is malformed, or about another number, is none."""
    try:
        said: Any = msgspec.json.decode(body)
    except msgspec.DecodeError:
        return Verdict(state="unanswered", error=f"HTTP {status}, and no JSON")
    if not isinstance(said, dict):
        return Verdict(state="unanswered", error=f"HTTP {status}, and no object")
    known: dict[str, Any] = said  # pyright: ignore[reportUnknownVariableType]
    if status != 200 or known.get("actionSucceed") is False:
        return Verdict(state="unanswered", error=_reason(known) or f"HTTP {status}")
    if (known.get("countryCode"), known.get("vatNumber")) != (vat_id.prefix, vat_id.number):
        return Verdict(state="unanswered", error="the answer is about another number")
    if known.get("valid") not in (True, False) or not isinstance(known["valid"], bool):
        return Verdict(state="unanswered", error="the answer does not say whether it is valid")
    return Verdict(
        state="valid" if known["valid"] else "invalid",
        request_number=_text(known.get("requestIdentifier")),
        name=_text(known.get("name")),
    )


def _reason(said: Mapping[str, Any]) -> str:
    try:
        wrong = msgspec.convert(said.get("errorWrappers"), list[dict[str, Any]])
    except msgspec.ValidationError:
        return ""
    return str(wrong[0].get("error", ""))[:300] if wrong else ""


def _text(value: object) -> str | None:
    """VIES writes --- for what a member state does not tell."""
    text = str(value).replace("\0", "").strip() if isinstance(value, str) else ""
    return text[:200] if text.strip("-") else None
