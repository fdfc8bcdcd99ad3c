"""vetrina tax oss-report: a quarter's return as CSV."""

import click

from vetrina.plugin import Context
from vetrina.plugin.commands import in_shop
from vetrina_tax.reporting import csv_of
from vetrina_tax.views import oss_report


@click.command("oss-report")
@click.argument("year", type=click.IntRange(2021, 2100))
@click.argument("quarter", type=click.IntRange(1, 4))
@in_shop
async def report(ctx: Context, year: int, quarter: int) -> None:
    """Write the OSS return of a quarter as CSV."""
    click.echo(csv_of(await oss_report(ctx.db, year, quarter)), nl=False)


def commands() -> list[click.Command]:
    """One."""
    return [report]
