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
from vetrina.plugin.words import Words


class CheckResult(msgspec.Struct, frozen=True):
    """What one check found. `seconds` is how long it took."""

    owner: str
    name: str
    title: Words
    is_ok: bool
    detail: str
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
    work, detail = Work(owner, "check", check.name), ""

    async def attempt() -> Any:
        await check.run(ctx)

    try:
        await site.shop.ports.meters.run(work, attempt, check.deadline)
    except Refusal as refusal:
        detail = refusal.message
    except TimeoutError:
        detail = f"No answer within {check.deadline:g} s."
    except KeptOut:
        detail = "It has failed too often of late and is left alone for half a minute."
    except Exception as error:  # whatever a check meets is what it has found
        detail = f"{type(error).__name__}: {error}"
    return CheckResult(owner, check.name, check.title, not detail, detail, time.perf_counter() - began)
