"""Rows for the demo: checks of VAT ids as a delicatessen has them, and a rate that changes next year."""

from datetime import date, timedelta

from vetrina.plugin import Context
from vetrina_tax.flows.rates import write_rate
from vetrina_tax.models import TaxCheck
from vetrina_tax.rules.rates import Rate

CHECKS = (
    ("DE", "136695976", "valid", "WAPIAAAAW1demo001", "Feinkost Beispiel GmbH", None, 41),
    ("AT", "U13585627", "valid", "WAPIAAAAW1demo002", "Beispiel Handel GmbH", None, 12),
    ("DE", "136695976", "unanswered", None, None, "MS_UNAVAILABLE", 5),
    ("FR", "40303265045", "invalid", "WAPIAAAAW1demo003", None, None, 2),
)
"""Country, number, state, consultation number, name, error, and how many days ago."""


async def show_off(ctx: Context) -> None:
    """What a manager finds under VAT: a log, and a change that is written down before it comes."""
    async with ctx.tx() as session:
        for country, number, state, request_number, name, error, days in CHECKS:
            await session.add(
                TaxCheck,
                country=country,
                number=number,
                state=state,
                asked_at=ctx.now() - timedelta(days=days),
                request_number=request_number,
                name=name,
                error=error,
            )
    begins = date(ctx.now().year + 2, 1, 1)
    change = Rate(country="CH", level="standard", rate=85_000, since=begins, source="Demo: a planned change")
    await write_rate(ctx, change)
