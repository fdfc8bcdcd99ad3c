"""Whether what plugins live on works: their health checks, asked beside each other."""

import asyncio
import time
from typing import Any

import msgspec

from vetrina.kernel.context import Context
from vetrina.kernel.errors import Refusal
from vetrina.kernel.meters import KeptOut, Work
from vetrina.plugin.declarations import HealthCheck
from vetrina.plugin.site import Site
from vetrina.plugin.words import Say, Words, refused

KEPT_OUT = Say(
    en="It has failed too often of late and is left alone for half a minute.",
    it="Negli ultimi tempi è fallito troppe volte: per mezzo minuto non viene ripetuto.",
)


class CheckResult(msgspec.Struct, frozen=True):
    """What one check found. `seconds` is how long it took."""

    owner: str
    name: str
    title: Words
    is_ok: bool
    detail: Words
    """Why it is not well; empty where it is."""
    seconds: float


async def health(site: Site, ctx: Context, owner: str | None = None) -> list[CheckResult]:
    """Run the health checks of every plugin that is in, or of one; in loading order. Needs plugins.read.

    Each has its own deadline and breaker: a check that hangs delays the answer by no more than that.
    """
    ctx.require("plugins.read")
    checks = [
        (name, item)
        for name, item in site.collected.declarations
        if isinstance(item, HealthCheck) and owner in (None, name)
    ]
    return list(await asyncio.gather(*(_asked(site, ctx, name, check) for name, check in checks)))


async def _asked(site: Site, ctx: Context, owner: str, check: HealthCheck) -> CheckResult:
    began = time.perf_counter()
    work = Work(owner, "check", check.name)
    detail: Words = ""

    async def attempt() -> Any:
        await check.run(ctx)

    try:
        await site.shop.ports.meters.run(work, attempt, check.deadline)
    except Refusal as refusal:
        detail = refused(refusal)
    except TimeoutError:
        seconds = f"{check.deadline:g}"
        detail = Say(f"No answer within {seconds} s.", it=f"Nessuna risposta entro {seconds.replace('.', ',')} s.")
    except KeptOut:
        detail = KEPT_OUT
    except Exception as error:  # whatever a check meets is what it has found
        found = f"{type(error).__name__}: {error}"
        detail = Say(f"It failed unexpectedly: {found}", it=f"Errore imprevisto: {found}")
    return CheckResult(owner, check.name, check.title, detail == "", detail, time.perf_counter() - began)
