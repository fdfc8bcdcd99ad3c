"""doctor shop: look at every ledger of a living shop and print what is wrong."""

import sys
from collections.abc import Callable
from typing import NoReturn

import click
import msgspec
from rich.console import Console
from rich.markup import escape

from vetrina.boot import Runtime
from vetrina.cli.running import settings_from, with_runtime
from vetrina.kernel.clock import Clock
from vetrina.kernel.settings import Settings
from vetrina.plugin.desk.ledgers import LedgerResult, ledgers
from vetrina.plugin.words import said

SHOWN = 20
"""Sentences per ledger; the rest is counted."""


def check_shop(database_url: str | None, *, as_json: bool) -> NoReturn:
    """Look at everything; exit with 1 when something is wrong."""
    settings = settings_from(database_url=database_url)
    if not as_json:
        sys.exit(1 if look_at_ledgers(settings, Console(soft_wrap=True, highlight=False)) else 0)
    found = _looked(settings, lambda result: None)
    wrong = sum(len(result.wrong) for result in found)
    click.echo(msgspec.json.encode({"wrong": wrong, "ledgers": found}))
    sys.exit(1 if wrong else 0)


def look_at_ledgers(settings: Settings, console: Console, clock: Clock | None = None) -> int:
    """Print what each ledger comes to while it is looked at; how much is wrong."""
    found = _looked(settings, lambda result: _tell(console, result), clock)
    wrong = sum(len(result.wrong) for result in found)
    console.print(f"\n{len(found)} ledgers, [bold]{wrong or 'nothing'} wrong[/].")
    return wrong


def _looked(settings: Settings, tell: Callable[[LedgerResult], None], clock: Clock | None = None) -> list[LedgerResult]:
    async def run(runtime: Runtime) -> list[LedgerResult]:
        found = list[LedgerResult]()
        async for result in ledgers(runtime.site, runtime.context()):
            found.append(result)
            tell(result)
        return found

    return with_runtime(settings, run, answers=False, clock=clock)


def _tell(console: Console, result: LedgerResult) -> None:
    mark = "[red]✗[/]" if result.wrong else "[green]✓[/]"
    place = f"[dim]{result.rule or result.owner}[/]"
    console.print(f" {mark} {escape(said(result.title, 'en'))} {place}")
    for wrong in result.wrong[:SHOWN]:
        console.print(f"     {wrong.about}: {wrong.says}", markup=False)
    if len(result.wrong) > SHOWN:
        console.print(f"     and {len(result.wrong) - SHOWN} more", style="dim")
