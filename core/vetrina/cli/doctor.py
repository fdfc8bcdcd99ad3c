"""doctor: examine a plugin and grade it; or, as doctor shop, the books of a living shop."""

import asyncio
import sys
from typing import Any

import click
from rich.console import Console

from vetrina.cli.running import database_option
from vetrina.kernel.log import set_up

MARKS = {"passed": "[green]✓[/]", "failed": "[red]✗[/]", "not applicable": "[dim]–[/]"}
GRADES = ("bronze", "silver", "gold")
SHOP = "shop"
"""What is examined instead of a plugin."""


@click.command()
@click.argument("plugin", metavar="PLUGIN|shop")
@click.option("--at-least", type=click.Choice(GRADES), default="bronze", help="Fail below this grade.")
@click.option("--quick", is_flag=True, help="Leave its tests, its types and its cost at the start out.")
@click.option("--json", "as_json", is_flag=True, help="doctor shop: print what was found as one JSON document.")
@database_option
def doctor(plugin: str, at_least: str, database_url: str | None, *, quick: bool, as_json: bool) -> None:
    """Grade a plugin bronze, silver or gold by running checks, in shops of their own; yours is not touched.

    Bronze is to be listed, silver to touch money or customers, gold to ship with Vetrina.

    `vetrina doctor shop` looks at every ledger of your shop instead, while it is sold from: stock, orders, money,
    events, the audit log and the books of plugins. It writes nothing, prints what is wrong and exits with 1 then.
    """
    if plugin == SHOP:
        from vetrina.cli.ledgers import check_shop

        check_shop(database_url, as_json=as_json)
    _grade(plugin, at_least, quick=quick)


def _grade(plugin: str, at_least: str, *, quick: bool) -> None:
    from vetrina.testing.doctor import Grade, examine  # what it needs, no other command does

    set_up("console", "CRITICAL")
    console = Console(soft_wrap=True, highlight=False)
    told = Grade.NONE

    def tell(finding: Any) -> None:
        nonlocal told
        check, outcome = finding.check, finding.outcome
        if check.grade != told:
            told = check.grade
            console.print(f"\n[bold]{told.word}[/]")
        console.print(f" {MARKS[outcome.state]} {check.name}: {check.sentence}")
        for text in filter(None, (outcome.reason, outcome.way_out and f"→ {outcome.way_out}")):
            console.print("\n".join(f"     {line}" for line in text.splitlines()), style="dim", markup=False)

    report = asyncio.run(examine(plugin, quick=quick, tell=tell))
    is_enough = report.grade >= Grade[at_least.upper()]
    console.print(f"\n{plugin}: [bold]{report.grade.word}[/]{'' if is_enough else f', less than {at_least}'}")
    sys.exit(0 if is_enough else 1)
