"""Keeping promotions: create, change, pause, resume and remove them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import bindparam, delete, func, or_, select, update

from vetrina.flows.auditing import audited
from vetrina.kernel import texts
from vetrina.kernel.context import Context, once
from vetrina.kernel.db import Session
from vetrina.kernel.errors import BadInput, NotFound, Refusal
from vetrina.plugin.words import Say
from vetrina_promotions.flows.codes import WRITE, written_codes
from vetrina_promotions.models import Promotion, PromotionCustomer
from vetrina_promotions.rules import Terms, checked
from vetrina_promotions.views.promotions import PromotionRow, promotions_by_id

MOST_AUTOMATIC = 50
"""Automatic promotions that are not over: every cart looks at all of them."""
MOST_CUSTOMERS = 1_000
LARGEST_LIMIT = 10**9


class TooManyAutomatic(Refusal):
    """Every cart looks at every automatic promotion."""

    code = "TOO_MANY_AUTOMATIC_DISCOUNTS"
    text = "A shop has {most} automatic discounts at most. Let one end first, or give this one a code."
    texts = {
        "it": "Un negozio ha al massimo {most} sconti automatici. Prima lasciane finire uno, o dai un codice a questo."
    }


class PromotionSheet(msgspec.Struct, frozen=True, kw_only=True):
    """A promotion as it is written down. Without codes it is automatic. Times are UTC; `ends_at` is its first moment
    after the end. Limits of None do not limit."""

    title: str
    terms: Terms
    is_automatic: bool = True
    codes: tuple[str, ...] = ()
    """Codes to begin with; others are added later."""
    customers: tuple[str, ...] = ()
    """E-mail addresses, with terms for named customers."""
    starts_at: datetime | None = None
    """None: now."""
    ends_at: datetime | None = None
    usage_limit: int | None = None
    per_customer: int | None = None


@once
async def create_promotion(ctx: Context, sheet: PromotionSheet) -> int:
    """Write down a promotion; its id. Needs promotions.write. Raises BadInput, CodeTaken, TooManyAutomatic."""
    ctx.require(WRITE)
    sheet = _checked(ctx, sheet)
    async with ctx.tx() as session:
        if sheet.is_automatic and await session.value(_AUTOMATIC, {"now": ctx.now()}) >= MOST_AUTOMATIC:
            raise TooManyAutomatic(most=MOST_AUTOMATIC)
        columns = _columns(sheet)
        promotion_id = session.outcome = await session.insert(
            Promotion, **columns, is_automatic=sheet.is_automatic, paused_at=None, uses=0, created_at=ctx.now(),
            updated_at=ctx.now(),
        )  # fmt: skip
        await written_codes(ctx, session, promotion_id, sheet.codes, None)
        await _name(session, promotion_id, sheet.customers)
        await _audit(ctx, session, promotion_id, "created", after=_told(sheet))
    return promotion_id


@once
async def update_promotion(ctx: Context, promotion_id: int, sheet: PromotionSheet) -> None:
    """Write a promotion anew; its codes and whether it has any stay. Needs promotions.write. Raises NotFound, BadInput.

    Carts have the new terms at once; orders that were placed keep what they got.
    """
    ctx.require(WRITE)
    sheet = _checked(ctx, msgspec.structs.replace(sheet, codes=(), is_automatic=True))
    async with ctx.tx() as session:
        before = await _found(session, promotion_id)
        values = {f"{name}_": value for name, value in _columns(sheet).items()}
        await session.execute(_UPDATE, {"promotion": promotion_id, "now": ctx.now(), **values})
        await session.execute(_FORGET, {"promotion": promotion_id})
        await _name(session, promotion_id, sheet.customers)
        was = {"title": before.title, "terms": before.terms, "ends_at": _time(before.ends_at)}
        await _audit(ctx, session, promotion_id, "changed", before=was, after=_told(sheet))


@once
async def pause_promotion(ctx: Context, promotion_id: int) -> None:
    """Let it count for no cart until it is resumed. Needs promotions.write. Raises NotFound."""
    await _switch(ctx, promotion_id, ctx.now())


@once
async def resume_promotion(ctx: Context, promotion_id: int) -> None:
    """Let it count again, on its days. Needs promotions.write. Raises NotFound."""
    await _switch(ctx, promotion_id, None)


@once
async def delete_promotion(ctx: Context, promotion_id: int) -> None:
    """Remove it with its codes; what it brought is remembered with the orders. Needs promotions.write."""
    ctx.require(WRITE)
    async with ctx.tx() as session:
        before = await _found(session, promotion_id)
        await session.execute(_DELETE, {"promotion": promotion_id})
        await _audit(ctx, session, promotion_id, "removed", before={"title": before.title, "terms": before.terms})


async def _switch(ctx: Context, promotion_id: int, paused_at: datetime | None) -> None:
    ctx.require(WRITE)
    async with ctx.tx() as session:
        before = await _found(session, promotion_id)
        if (before.paused_at is None) == (paused_at is None):
            return
        await session.execute(_PAUSE, {"promotion": promotion_id, "at_": paused_at, "now": ctx.now()})
        await _audit(ctx, session, promotion_id, "paused" if paused_at else "resumed")


def _checked(ctx: Context, sheet: PromotionSheet) -> PromotionSheet:
    starts_at = sheet.starts_at or ctx.now()
    if sheet.ends_at is not None and sheet.ends_at <= starts_at:
        raise BadInput(field=("ends_at",), problem=Say("It ends before it begins.", it="Finisce prima di cominciare."))
    for field in ("usage_limit", "per_customer"):
        limit = getattr(sheet, field)
        if limit is not None and not 1 <= limit <= LARGEST_LIMIT:
            raise BadInput(
                field=(field,),
                problem=Say("Leave it empty, or allow one use at least.", it="Lascia vuoto, o permetti almeno un uso."),
            )
    terms = checked(sheet.terms)
    emails = tuple(sorted({_email(email) for email in sheet.customers if email.strip()}))
    if terms.customers == "named" and not emails:
        raise BadInput(
            field=("customers",),
            problem=Say(
                "Write down whom it is for, one e-mail address to a line.",
                it="Scrivi per chi è, un indirizzo e-mail per riga.",
            ),
        )
    if len(emails) > MOST_CUSTOMERS:
        raise BadInput(
            field=("customers",),
            problem=Say(
                f"A discount names {MOST_CUSTOMERS} customers at most.",
                it=f"Uno sconto è per al massimo {MOST_CUSTOMERS} clienti.",
            ),
        )
    return msgspec.structs.replace(
        sheet,
        title=texts.line(sheet.title, field=("title",), limit=120, required=True),
        terms=terms,
        customers=emails if terms.customers == "named" else (),
        starts_at=starts_at,
        # Somebody has one first order: two checkouts at once must not make it two.
        per_customer=1 if terms.customers == "first_order" else sheet.per_customer,
    )


def _email(email: str) -> str:
    line = texts.line(email, field=("customers",), limit=254).lower()
    name, at, host = line.partition("@")
    if not (name and at and "." in host) or " " in line:
        raise BadInput(
            field=("customers",), problem=Say(f"{line} is no e-mail address.", it=f"{line} non è un indirizzo e-mail.")
        )
    return line


def _columns(sheet: PromotionSheet) -> dict[str, Any]:
    return {
        "title": sheet.title,
        "kind": sheet.terms.kind,
        "terms": msgspec.to_builtins(sheet.terms),
        "starts_at": sheet.starts_at,
        "ends_at": sheet.ends_at,
        "usage_limit": sheet.usage_limit,
        "per_customer": sheet.per_customer,
    }


async def _name(session: Session, promotion_id: int, emails: Sequence[str]) -> None:
    if emails:
        rows = [{"promotion_id": promotion_id, "email": email} for email in emails]
        await session.add_many(PromotionCustomer, rows)


async def _found(session: Session, promotion_id: int) -> PromotionRow:
    found = (await promotions_by_id(session, [promotion_id])).get(promotion_id)
    if found is None:
        raise NotFound(what="The discount", field=("id",))
    return found


def _told(sheet: PromotionSheet) -> dict[str, Any]:
    """What the audit says: everything but whom it is for."""
    return {"title": sheet.title, "terms": msgspec.to_builtins(sheet.terms), "ends_at": _time(sheet.ends_at)}


def _time(at: datetime | None) -> str | None:
    return at.isoformat() if at is not None else None


async def _audit(ctx: Context, session: Session, promotion_id: int, verb: str, **facts: Any) -> None:
    await audited(ctx, session, f"promotion.{verb}", f"promotions_promotion:{promotion_id}", **facts)


_THIS = Promotion.id == bindparam("promotion")
_NOW = bindparam("now", type_=Promotion.updated_at.type)
_AUTOMATIC = (
    select(func.count())
    .select_from(Promotion)
    .where(Promotion.is_automatic.is_(True), or_(Promotion.ends_at.is_(None), Promotion.ends_at > _NOW))
)
_UPDATE = (
    update(Promotion)
    .where(_THIS)
    .values(
        **{
            name: bindparam(f"{name}_")
            for name in ("title", "kind", "terms", "starts_at", "ends_at", "usage_limit", "per_customer")
        },
        updated_at=_NOW,
    )
)
_PAUSE = update(Promotion).where(_THIS).values(paused_at=bindparam("at_"), updated_at=_NOW)
_DELETE = delete(Promotion).where(_THIS)
_FORGET = delete(PromotionCustomer).where(PromotionCustomer.promotion_id == bindparam("promotion"))
