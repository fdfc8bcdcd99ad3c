"""A buyer gives his VAT id for a cart: its form is checked at once, its existence as soon as VIES answers."""

import asyncio
from datetime import timedelta

import msgspec
from sqlalchemy import bindparam, delete

from vetrina.flows.quoting import buyer_reference
from vetrina.kernel.context import Context
from vetrina.kernel.errors import NotFound, Refusal, TooManyTries
from vetrina.views.carts import cart_by_key
from vetrina_tax.flows.vies import check_vat_id
from vetrina_tax.models import TaxBuyer
from vetrina_tax.rules.numbers import VatId, read_vat_id
from vetrina_tax.settings import TaxSettings
from vetrina_tax.views import BuyerRow, buyer_of

MOST_CHANGES = 10
"""Times that a VAT id may be given for one cart, in an hour."""
FORGOTTEN_AFTER = timedelta(days=180)


class VatIdWrong(Refusal):
    """Its form or its check digits are not those of any member state."""

    code = "VAT_ID_INVALID"
    text = "This is no VAT id: write it with its country, such as IT00743110157, and look at its digits."
    texts = {"it": "Non è una partita IVA: scrivila con il suo paese, come IT00743110157, e controllane le cifre."}


class CartIsOrdered(Refusal):
    """What was ordered stays as it was taxed."""

    code = "CART_IS_ORDERED"
    text = "This cart has been ordered; its VAT id cannot change any more."
    texts = {"it": "Questo carrello è stato ordinato; la sua partita IVA non può più cambiare."}


class GivenId(msgspec.Struct, frozen=True):
    """A VAT id as it stands; `state` is valid, invalid or unanswered."""

    vat_id: str
    state: str


async def give_vat_id(ctx: Context, settings: TaxSettings, cart_key: str, text: str) -> GivenId | None:
    """Keep a VAT id for a cart, and ask VIES unless it has answered lately; an empty text takes it back.

    Waits for VIES as long as the settings say and no longer: what it does not answer is asked again by a job.
    Raises NotFound, CartIsOrdered, VatIdWrong, TooManyTries.
    """
    cart = await cart_by_key(ctx.db, cart_key)
    if cart is None:
        raise NotFound(what="The cart")
    if cart.state != "open":
        raise CartIsOrdered
    reference = buyer_reference(cart.key)
    before = await buyer_of(ctx.db, reference)
    if not text.strip():
        async with ctx.tx() as session:
            await session.execute(_FORGET, {"reference_": reference})
        return None
    vat_id = await _read(text, cart.country)
    if before is None or (before.country, before.number) != (vat_id.country, vat_id.number):
        await _keep(ctx, reference, vat_id, before)
        before = await buyer_of(ctx.db, reference)
    if before is not None and _is_fresh(ctx, settings, before):
        return GivenId(str(vat_id), before.state or "unanswered")
    verdict = await check_vat_id(ctx, settings, vat_id, settings.vies_seconds)
    return GivenId(str(vat_id), verdict.state)


async def forget_old(ctx: Context) -> int:
    """Drop what was given for carts that nobody came back to; checks stay, as evidence."""
    async with ctx.tx() as session:
        return await session.execute(_FORGET_OLD, {"before": ctx.now() - FORGOTTEN_AFTER})


async def _read(text: str, country: str) -> VatId:
    vat_id = await asyncio.to_thread(read_vat_id, text, country)  # the first one loads the library
    if vat_id is None:
        raise VatIdWrong(field=("vat_id",))
    return vat_id


async def _keep(ctx: Context, reference: str, vat_id: VatId, before: BuyerRow | None) -> None:
    changes = 1
    if before is not None and ctx.now() - before.set_at < timedelta(hours=1):
        changes = before.changes + 1
    if changes > MOST_CHANGES:
        raise TooManyTries(seconds=3_600)
    async with ctx.tx() as session:
        await session.put(
            TaxBuyer,
            ("reference",),
            reference=reference,
            country=vat_id.country,
            number=vat_id.number,
            changes=changes,
            set_at=ctx.now(),
        )


def _is_fresh(ctx: Context, settings: TaxSettings, known: BuyerRow) -> bool:
    if known.state is None or known.asked_at is None:
        return False
    return ctx.now() - known.asked_at <= timedelta(days=settings.recheck_days)


_FORGET = delete(TaxBuyer).where(TaxBuyer.reference == bindparam("reference_"))
_FORGET_OLD = delete(TaxBuyer).where(TaxBuyer.set_at < bindparam("before"))
