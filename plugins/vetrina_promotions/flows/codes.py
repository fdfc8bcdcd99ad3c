"""Codes of a promotion: written by hand, or drawn by the thousand."""

from collections.abc import Sequence

from sqlalchemy import bindparam, delete, func, select

from vetrina.flows.auditing import audited
from vetrina.kernel import texts
from vetrina.kernel.context import Context, once
from vetrina.kernel.db import Session, text_in
from vetrina.kernel.errors import BadInput, NotFound, Refusal
from vetrina.plugin.words import Say
from vetrina_promotions.codes import drawn, folded
from vetrina_promotions.models import Promotion, PromotionCode

WRITE = "promotions.write"
MOST_CODES = 100_000
"""Codes of one promotion."""
MOST_AT_ONCE = 5_000
LONGEST = 64
SHORTEST_DRAWN, LONGEST_DRAWN = 6, 24


class CodeTaken(Refusal):
    """A code leads to one promotion."""

    code = "CODE_TAKEN"
    text = "The code {taken} is in use already."
    texts = {"it": "Il codice {taken} è già in uso."}


class HasNoCodes(Refusal):
    """It counts for everybody anyway."""

    code = "DISCOUNT_IS_AUTOMATIC"
    text = "An automatic discount has no codes."
    texts = {"it": "Uno sconto automatico non ha codici."}


class TooManyCodes(Refusal):
    """More than one promotion has."""

    code = "TOO_MANY_CODES"
    text = "A discount has {most} codes at most."
    texts = {"it": "Uno sconto ha al massimo {most} codici."}


@once
async def add_codes(ctx: Context, promotion_id: int, codes: Sequence[str], usage_limit: int | None = None) -> None:
    """Give a promotion more codes; `usage_limit` is each one's own. Needs promotions.write.

    Raises NotFound, HasNoCodes, BadInput, CodeTaken, TooManyCodes.
    """
    ctx.require(WRITE)
    async with ctx.tx() as session:
        await _room_for(session, promotion_id, len(codes))
        await written_codes(ctx, session, promotion_id, codes, _limit(usage_limit))
        after = {"codes": len(codes), "usage_limit": usage_limit}
        await audited(ctx, session, "promotion.codes-added", f"promotions_promotion:{promotion_id}", after=after)


@once
async def generate_codes(
    ctx: Context, promotion_id: int, count: int, *, prefix: str = "", length: int = 10, usage_limit: int | None = 1
) -> int:
    """Draw so many codes nobody can guess, each good for `usage_limit` orders; how many. Needs promotions.write.

    Raises NotFound, HasNoCodes, BadInput, TooManyCodes.
    """
    ctx.require(WRITE)
    if not 1 <= count <= MOST_AT_ONCE:
        raise BadInput(
            field=("count",),
            problem=Say(
                f"Between 1 and {MOST_AT_ONCE} codes are drawn at once.",
                it=f"Si generano da 1 a {MOST_AT_ONCE} codici alla volta.",
            ),
        )
    if not SHORTEST_DRAWN <= length <= LONGEST_DRAWN:
        problem = Say(
            f"A drawn code has between {SHORTEST_DRAWN} and {LONGEST_DRAWN} characters.",
            it=f"Un codice generato ha da {SHORTEST_DRAWN} a {LONGEST_DRAWN} caratteri.",
        )
        raise BadInput(field=("length",), problem=problem)
    head = texts.line(prefix, field=("prefix",), limit=LONGEST - LONGEST_DRAWN).replace(" ", "")
    codes = list({f"{head}{drawn(length)}" for _ in range(count)})
    while len(codes) < count:  # two were alike by chance
        codes = list({*codes, f"{head}{drawn(length)}"})
    async with ctx.tx() as session:
        await _room_for(session, promotion_id, count)
        await written_codes(ctx, session, promotion_id, codes, _limit(usage_limit))
        after = {"codes": count, "prefix": head, "usage_limit": usage_limit}
        await audited(ctx, session, "promotion.codes-drawn", f"promotions_promotion:{promotion_id}", after=after)
        session.outcome = count
    return count


@once
async def remove_code(ctx: Context, code_id: int) -> None:
    """Remove one code. Needs promotions.write. Raises NotFound."""
    ctx.require(WRITE)
    async with ctx.tx() as session:
        found = await session.fetch(_REMOVE, {"code": code_id})
        if not found:
            raise NotFound(what="The code")
        promotion_id, code = found[0]
        subject = f"promotions_promotion:{promotion_id}"
        await audited(ctx, session, "promotion.code-removed", subject, before={"code": code})


async def written_codes(
    ctx: Context, session: Session, promotion_id: int, codes: Sequence[str], usage_limit: int | None
) -> None:
    """Write codes of a promotion, in the transaction it is given. Raises BadInput, CodeTaken, TooManyCodes."""
    kept: dict[str, str] = {}
    for index, code in enumerate(codes):
        typed = texts.line(code, field=("codes", str(index)), limit=LONGEST)
        if typed and kept.setdefault(folded(typed), typed) is not typed:
            raise CodeTaken(field=("codes",), taken=typed)
    if len(kept) > MOST_AT_ONCE:
        raise TooManyCodes(field=("codes",), most=MOST_AT_ONCE)
    taken = await session.value(_TAKEN, {"codes": list(kept)}) if kept else None
    if taken is not None:
        raise CodeTaken(field=("codes",), taken=taken)
    ids = await session.take_ids(PromotionCode, len(kept)) if kept else []
    now = ctx.now()
    rows = [
        {
            "id": key, "promotion_id": promotion_id, "code": code, "folded": fold, "usage_limit": usage_limit,
            "uses": 0, "created_at": now,
        }
        for key, (fold, code) in zip(ids, kept.items(), strict=True)
    ]  # fmt: skip
    await session.add_many(PromotionCode, rows)


def _limit(usage_limit: int | None) -> int | None:
    if usage_limit is not None and not 1 <= usage_limit <= 10**9:
        raise BadInput(
            field=("usage_limit",),
            problem=Say("Leave it empty, or allow one use at least.", it="Lascia vuoto, o permetti almeno un uso."),
        )
    return usage_limit


async def _room_for(session: Session, promotion_id: int, count: int) -> None:
    found = await session.fetch(_PROMOTION, {"promotion": promotion_id})
    if not found:
        raise NotFound(what="The discount", field=("id",))
    if found[0][0]:
        raise HasNoCodes
    if await session.value(_COUNT, {"promotion": promotion_id}) + count > MOST_CODES:
        raise TooManyCodes(field=("codes",), most=MOST_CODES)


_PROMOTION = select(Promotion.is_automatic).where(Promotion.id == bindparam("promotion"))
_COUNT = select(func.count()).select_from(PromotionCode).where(PromotionCode.promotion_id == bindparam("promotion"))
_TAKEN = select(PromotionCode.code).where(text_in(PromotionCode.folded, "codes", is_long=True)).limit(1)
_REMOVE = (
    delete(PromotionCode)
    .where(PromotionCode.id == bindparam("code"))
    .returning(PromotionCode.promotion_id, PromotionCode.code)
)
