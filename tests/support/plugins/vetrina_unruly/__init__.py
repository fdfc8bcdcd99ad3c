"""A plugin for tests: its panels raise, hang, block, give up the task, and answer what is no block."""

import asyncio
import time
from collections.abc import Sequence
from typing import Any, cast

from vetrina.plugin import Context, hookimpl
from vetrina.plugin.admin import AdminPage, AdminPanel, AdminTile, Asked, Badge, Block, Button, Facts, Figure, Secret

BLOCKS_FOR = 0.6
"""Seconds, a little above what counts as blocking."""


async def raises(ctx: Context, subject: int | None) -> Sequence[Block]:
    raise KeyError("a secret of mine")


async def hangs(ctx: Context, subject: int | None) -> Sequence[Block]:
    await asyncio.sleep(30)
    return []


async def mistakes(ctx: Context, subject: int | None) -> Sequence[Block]:
    return cast(Any, "<b>not a block</b>")


async def mistakes_deeper(ctx: Context, subject: int | None) -> Sequence[Block]:
    return [Facts((("Fine", 1), ("Wrong", cast(Any, {"a": "dict"}))))]


async def mistakes_tone(ctx: Context, subject: int | None) -> Sequence[Block]:
    return [Facts((("Wrong", Badge("x", cast(Any, '"><script>'))),))]


async def acts(ctx: Context, subject: int | None) -> Sequence[Block]:
    return [Button("nothing", "Press")]


async def tells(ctx: Context, subject: int | None) -> Sequence[Block]:
    return [Secret("Once", "and again")]


async def blocks(ctx: Context, subject: int | None) -> Sequence[Block]:
    time.sleep(BLOCKS_FOR)  # noqa: ASYNC251 (what it is for)
    return []


async def gives_up(ctx: Context, subject: int | None) -> Sequence[Block]:
    raise asyncio.CancelledError


async def exits(ctx: Context) -> Figure | None:
    raise SystemExit(3)


async def broken_page(ctx: Context, asked: Asked) -> Sequence[Block]:
    raise RuntimeError("a secret of mine")


@hookimpl
def register_admin() -> list[AdminPage | AdminPanel | AdminTile]:
    panels = {
        "raises": ("product.side", raises),
        "hangs": ("product.main", hangs),
        "mistakes": ("order.side", mistakes),
        "mistakes deeper": ("order.side", mistakes_deeper),
        "mistakes tone": ("order.side", mistakes_tone),
        "acts": ("order.side", acts),
        "tells": ("order.side", tells),
        "gives up": ("order.side", gives_up),
        "blocks": ("home", blocks),
    }
    return [
        AdminPage("broken", "Broken", "shop.read", broken_page),
        *(AdminPanel(slot, title, "shop.read", show) for title, (slot, show) in panels.items()),
        AdminTile("exits", "shop.read", exits),
    ]
