"""The shop's own rates and exemptions: written and removed by staff."""

from datetime import date, timedelta

from sqlalchemy import bindparam, delete

from vetrina.kernel.context import Context
from vetrina.kernel.db import Conflict
from vetrina.kernel.errors import BadInput, NotFound
from vetrina.plugin import Say
from vetrina.views.customers import customers_by_id
from vetrina_tax.flows.ledger import WRITE
from vetrina_tax.models import TaxExemption, TaxOwnRate
from vetrina_tax.rules.rates import LEVELS, SCALE, Rate, shipped
from vetrina_tax.views import own_rates

MOST_RATES = 2_000
LONGEST_MENTION = 500
FARTHEST = timedelta(days=3_653)
"""How far ahead a change may be written."""


async def write_rate(ctx: Context, rate: Rate) -> int:
    """Write a rate that stands before the shipped one on its days; its id. Needs tax.write.

    Raises BadInput for what cannot be, and where one begins on that day already.
    """
    ctx.require(WRITE)
    _check(ctx, rate)
    if len(await own_rates(ctx.db)) >= MOST_RATES:
        raise BadInput(
            problem=Say(
                f"A shop has at most {MOST_RATES} rates of its own.",
                it=f"Un negozio ha al massimo {MOST_RATES} aliquote proprie.",
            )
        )
    try:
        async with ctx.tx() as session:
            return await session.insert(
                TaxOwnRate,
                country=rate.country,
                region=rate.region,
                level=rate.level,
                rate=rate.rate,
                since=rate.since.isoformat(),
                until=rate.until.isoformat() if rate.until else None,
                source=rate.source.strip()[:200],
                created_at=ctx.now(),
            )
    except Conflict:
        said = Say("A rate of that kind begins on that day already.", it="Un'aliquota così comincia già quel giorno.")
        raise BadInput(field=("since",), problem=said) from None


async def remove_rate(ctx: Context, rate_id: int) -> None:
    """Remove one of the shop's own rates: the shipped one counts again. Needs tax.write. Raises NotFound."""
    ctx.require(WRITE)
    async with ctx.tx() as session:
        if not await session.execute(_REMOVE, {"rate": rate_id}):
            raise NotFound(what="The rate")


async def exempt(ctx: Context, customer_id: int, mention: str, until: date | None) -> None:
    """Let a customer pay no VAT, from now on, and say why. Needs tax.write. Raises BadInput, NotFound."""
    ctx.require(WRITE)
    if not mention.strip():
        said = Say("The invoice has to say why.", it="La fattura deve dire perché.")
        raise BadInput(field=("mention",), problem=said)
    if not await customers_by_id(ctx.db, [customer_id]):
        raise NotFound(what="The customer", field=("customer",))
    async with ctx.tx() as session:
        await session.put(
            TaxExemption,
            ("customer_id",),
            customer_id=customer_id,
            mention=mention.strip()[:LONGEST_MENTION],
            until=until.isoformat() if until else None,
            created_at=ctx.now(),
        )


async def end_exemption(ctx: Context, customer_id: int) -> None:
    """Let a customer pay VAT again. Needs tax.write. Raises NotFound."""
    ctx.require(WRITE)
    async with ctx.tx() as session:
        if not await session.execute(_END, {"customer": customer_id}):
            raise NotFound(what="The exemption")


def _check(ctx: Context, rate: Rate) -> None:
    regions = {(one.country, one.region) for one in shipped()}
    wrong: tuple[str, Say] | None = None
    if not (len(rate.country) == 2 and rate.country.isascii() and rate.country.isupper() and rate.country.isalpha()):
        wrong = "country", Say("A country has two letters, such as DE.", it="Un paese ha due lettere, come DE.")
    elif rate.region and (rate.country, rate.region) not in regions:
        wrong = "region", Say("This country has no such region.", it="Questo paese non ha questa regione.")
    elif rate.level not in LEVELS:
        wrong = "level", Say("There is no such kind of rate.", it="Non esiste un'aliquota di questo tipo.")
    elif not 0 <= rate.rate <= 100 * SCALE:
        wrong = "percent", Say("A rate is from 0 to 100 %.", it="Un'aliquota va da 0 a 100 %.")
    elif rate.until is not None and rate.until < rate.since:
        wrong = "until", Say("It ends before it begins.", it="Finisce prima di cominciare.")
    elif not date(1968, 1, 1) <= rate.since <= ctx.now().date() + FARTHEST:
        wrong = "since", Say("It begins within the next ten years.", it="Comincia entro i prossimi dieci anni.")
    if wrong is not None:
        raise BadInput(field=(wrong[0],), problem=wrong[1])


_REMOVE = delete(TaxOwnRate).where(TaxOwnRate.id == bindparam("rate"))
_END = delete(TaxExemption).where(TaxExemption.customer_id == bindparam("customer"))
