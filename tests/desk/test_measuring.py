"""What every process measures is seen from each of them, until it is gone; and by Prometheus, with a token."""

import re
from pathlib import Path

import httpx
import msgspec
from tests.support.shelves import Shelf
from tests.support.shops import StillClock, make_shop

from vetrina.boot import compose
from vetrina.flows.measuring import Measuring
from vetrina.flows.staff.tokens import issue_token
from vetrina.kernel.context import Context
from vetrina.kernel.db.sizes import table_sizes, tables_owned
from vetrina.kernel.meters import Work
from vetrina.kernel.settings import Settings
from vetrina.plugin.desk import enable
from vetrina.views.measurements import measurements
from vetrina.web.metrics import render
from vetrina.web.serving import Serving

RING = Work("bell", "reaction", 'ring "loud"')


async def measure(ctx: Context, *, fails: bool = False) -> None:
    async def ring() -> None:
        if fails:
            raise RuntimeError("no bell")

    try:
        await ctx.ports.meters.run(RING, ring, 1.0)
    except RuntimeError:
        return


async def test_processes_add_up_and_are_forgotten_when_they_fall_silent(ctx: Context, clock: StillClock) -> None:
    other = msgspec.structs.replace(ctx, shop=make_shop(ctx.db, clock))
    here, there = Measuring("here"), Measuring("there")
    for _ in range(5):
        await measure(ctx, fails=True)
    await measure(other)
    assert await here.write(ctx)
    assert await there.write(other)
    (bell,) = await measurements(ctx.db, clock.now())
    assert (bell.owner, bell.processes, bell.calls, bell.failures, bell.open_breakers) == ("bell", 2, 6, 5, 1)
    assert bell.last_error == "RuntimeError: no bell"
    await measure(other)
    assert not await there.write(other)  # within the pause
    clock.move(seconds=6)
    assert await there.write(other)
    assert not await there.write(other)
    clock.move(seconds=6)
    assert not await there.write(other)  # nothing has changed
    (bell,) = await measurements(ctx.db, clock.now(), "bell")
    assert bell.calls == 7
    for _ in range(4):
        clock.move(seconds=31)
        await there.write(other)
    (bell,) = await measurements(ctx.db, clock.now())
    assert (bell.processes, bell.calls) == (1, 2)
    await there.end(other)
    assert await measurements(ctx.db, clock.now()) == []


async def test_prometheus_is_told_with_a_token(ctx: Context, database_url: str, tmp_path: Path, shelf: Shelf) -> None:
    shelf.install("guestbook")
    settings = Settings(database_url=database_url, env="test", media_root=str(tmp_path / "media"), worker=False)
    await enable((await compose(settings, ctx.db, ctx.shop.clock)).site, ctx, "guestbook")
    may, may_not = await issue_token(ctx, "metrics", ["plugins.read"]), await issue_token(ctx, "x", ["shop.read"])
    serving = Serving(settings)
    await serving.start()
    try:
        transport = httpx.ASGITransport(serving)
        async with httpx.AsyncClient(transport=transport, base_url="http://shop.test") as client:

            async def ask(token: str) -> httpx.Response:
                return await client.get("/metrics", headers={"authorization": f"Bearer {token}"})

            assert [(await ask(token)).status_code for token in ("", "vt_admin_no", may_not)] == [401, 401, 403]
            await measure(serving.runtime.context())
            process = Measuring("me")
            await process.write(serving.runtime.context())
            answer = await ask(may)
    finally:
        await serving.stop()
    assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")
    assert answer.headers["cache-control"] == "no-store"
    labels = r'plugin="bell",kind="reaction",name="ring \\"loud\\"",process="me"'
    assert f"vetrina_plugin_calls_total{{{labels}}} 1\n".replace(r"\\", "\\") in answer.text
    size = r'^vetrina_plugin_table_bytes{plugin="guestbook",table="guestbook_entry"} [1-9]\d+$'
    assert re.search(size, answer.text, re.MULTILINE)
    assert "\nvetrina_plugins_loaded 3\n" in answer.text


def test_labels_are_escaped() -> None:
    told = render([("x", "gauge", "An x", [({"name": 'a"b\\c\nd'}, 0.5), ({}, 3.0)])])
    assert told == '# HELP x An x\n# TYPE x gauge\nx{name="a\\"b\\\\c\\nd"} 0.5\nx 3\n'


async def test_a_plugins_tables_are_its_own(ctx: Context) -> None:
    owned = await tables_owned(ctx.db, ["catalog", "catalog_product", "nobody"])
    assert owned["catalog_product"] == ["catalog_product_media", "catalog_product_tag"]
    assert "catalog_product_tag" not in owned["catalog"]
    assert (len(owned["catalog"]) > 5, owned["nobody"]) == (True, [])
    sizes = await table_sizes(ctx.db, ["catalog_option", "catalog_variant"])
    assert sorted(sizes) == ["catalog_option", "catalog_variant"]
    assert all(size > 0 for size in sizes.values())
    assert await table_sizes(ctx.db, []) == {}
