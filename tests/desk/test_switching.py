"""Plugins are switched on when they have shown that they work, off when nobody needs them, and stopped when changed."""

from pathlib import Path

import msgspec
import pytest
from sqlalchemy import select
from tests.desk.conftest import Sitting
from tests.support.schemas import schema_of
from tests.support.shelves import Shelf

from vetrina.boot import compose
from vetrina.flows.plugins import DoorStaysOpen
from vetrina.kernel.context import Actor, Context
from vetrina.kernel.errors import NotAllowed, NotFound
from vetrina.kernel.settings import Settings
from vetrina.plugin.desk import PluginRefused, catalogue, confirm, disable, enable, plugin_card, remove
from vetrina.plugin.words import refused as words_of
from vetrina.plugin.words import said
from vetrina.shop.staff.models import StaffMember
from vetrina.shop.staff.service import create_member
from vetrina.views.plugins import generation, plugin_row

BAD = {
    "later": ('vetrina = ">=9"', "", "Later works with Vetrina >=9"),
    "lonely": ('requires = ["friend"]', "", "Lonely requires the plugin friend: switch it on first"),
    "hungry": ('needs = ["no_such_sdk"]', "", "needs the module no_such_sdk"),
    "broken": ("", "raise RuntimeError('no such luck')", "RuntimeError: no such luck"),
    "greedy": (
        "",
        "from vetrina.plugin import Job, hookimpl\nasync def run(ctx, payload): ...\n@hookimpl\n"
        "def register_jobs(): return [Job(name='greedy.erase-person', run=run)]",
        "Its job cannot be called greedy.erase-person",
    ),
    "typeless": (
        "",
        "from vetrina.plugin import MetafieldDefinition, hookimpl\n@hookimpl\n"
        "def register_declarations(): return [MetafieldDefinition('Product', 'x', 'feeling', 'X')]",
        "Its metafield x is a 'feeling'",
    ),
    "pushy": ('permissions = { "orders.write" = "Everything" }', "", "must begin with pushy."),
}


async def test_a_plugin_is_seen_switched_on_with_its_tables_and_off_again(
    ctx: Context, database_url: str, shelf: Shelf, sitting: Sitting
) -> None:
    shelf.install("guestbook")
    before = await plugin_card(await sitting(), ctx.db, "guestbook")
    assert (before.state, before.version, before.distribution) == ("available", "1.0", "vetrina-guestbook")
    assert (before.has_settings, before.has_tables, before.contributions) == (True, True, ())
    assert (before.said("title", "it"), before.permissions) == (
        "Libro degli ospiti",
        {"guestbook.read": "Read the guest book"},
    )
    counted = await generation(ctx.db)
    assert (await enable(await sitting(), ctx, "guestbook")).state == "on"
    assert await generation(ctx.db) == counted + 1
    assert "guestbook_entry" in str(schema_of(database_url))
    on = await plugin_card(await sitting(), ctx.db, "guestbook")
    assert {part.kind: part.names for part in on.contributions} == {
        "port": ("DeliveryProvider guestbook",), "reaction": ("OrderPlaced",), "job": ("guestbook.sweep",),
        "check": ("ink",), "kpi": ("guestbook.entries", "guestbook.broken"), "personal": ("entries",),
        "metafield": ("Product.stars",), "command": ("entries",),
    }  # fmt: skip
    assert (await disable(await sitting(), ctx, "guestbook")).state == "off"
    assert "guestbook_entry" in str(schema_of(database_url))
    off = await plugin_card(await sitting(), ctx.db, "guestbook")
    assert (off.contributions, off.tables) == ((), ("guestbook_entry",))


async def test_what_would_not_work_is_refused_with_its_reason_and_stays_off(
    ctx: Context, shelf: Shelf, sitting: Sitting
) -> None:
    for name, (manifest, module, reason) in BAD.items():
        package = shelf.write(name, manifest, module)
        if manifest.startswith("vetrina"):
            (package / "plugin.toml").write_text(f'name = "{name}"\ntitle = "Later"\n{manifest}\n')
        with pytest.raises(PluginRefused, match=reason) as refused:
            await enable(await sitting(), ctx, name)
        assert refused.value.code == "PLUGIN_REFUSED"
    cards = {card.name: card for card in await catalogue(await sitting(), ctx.db)}
    assert {cards[name].state for name in BAD} == {"available"}
    assert (cards["lonely"].missing_plugins, cards["hungry"].missing_modules) == (("friend",), ("no_such_sdk",))
    assert "must begin with pushy." in cards["pushy"].reason
    with pytest.raises(NotFound):
        await enable(await sitting(), ctx, "nowhere")


async def test_a_migration_that_fails_leaves_the_plugin_off_and_the_tables_alone(
    ctx: Context, database_url: str, shelf: Shelf, sitting: Sitting
) -> None:
    package = shelf.install("guestbook")
    revision = package / "migrations" / "0001_guestbook.py"
    revision.write_text(
        revision.read_text().replace("def downgrade", '    op.drop_table("nowhere")\n\n\ndef downgrade')
    )
    before = schema_of(database_url)
    with pytest.raises(PluginRefused, match="could not be brought up to date"):
        await enable(await sitting(), ctx, "guestbook")
    assert (schema_of(database_url), await plugin_row(ctx.db, "guestbook")) == (before, None)


async def test_nobody_switches_off_a_door_or_what_another_needs(ctx: Context, shelf: Shelf, sitting: Sitting) -> None:
    shelf.write("friend")
    shelf.write("lonely", 'requires = ["friend"]')
    await enable(await sitting(), ctx, "friend")
    await enable(await sitting(), ctx, "lonely")
    with pytest.raises(PluginRefused, match=r"Lonely \(lonely\) requires friend: switch it off first") as refused:
        await disable(await sitting(), ctx, "friend")
    assert said(words_of(refused.value), "it") == "Lonely (lonely) ha bisogno di friend: spegnilo prima."
    with pytest.raises(DoorStaysOpen):
        await disable(await sitting(), ctx, "admin")
    await disable(await sitting(), ctx, "lonely")
    assert (await disable(await sitting(), ctx, "friend")).state == "off"


async def test_only_who_may_switches(ctx: Context, shelf: Shelf, sitting: Sitting) -> None:
    shelf.write("friend")
    reader = msgspec.structs.replace(ctx, actor=Actor("staff", permissions=frozenset({"plugins.read"})))
    for verb in (enable, disable, confirm):
        with pytest.raises(NotAllowed):
            await verb(await sitting(), reader, "friend")


async def test_changed_files_wait_for_somebody_and_new_code_for_a_restart(
    ctx: Context, shelf: Shelf, sitting: Sitting
) -> None:
    shelf.write("friend")
    await enable(await sitting(), ctx, "friend")
    assert (await plugin_card(await sitting(), ctx.db, "friend")).state == "on"
    shelf.write("friend", module="CHANGED = True\n", version="1.1")
    changed = await plugin_card(await sitting(), ctx.db, "friend")
    assert (changed.state, changed.version) == ("changed", "1.1")
    assert (await sitting()).collected.find("friend") is None
    confirmed = await confirm(await sitting(), ctx, "friend")
    assert confirmed.state == "restart"
    assert (await plugin_card(await sitting(), ctx.db, "friend")).state == "restart"
    shelf.restart()
    assert (await plugin_card(await sitting(), ctx.db, "friend")).state == "on"
    shelf.uninstall("friend")
    gone = await plugin_card(await sitting(), ctx.db, "friend")
    assert (gone.state, gone.reason) == ("removed", "The package vetrina_friend is not installed.")


async def test_what_is_left_out_is_tried_again_when_its_reason_is_gone(
    ctx: Context, shelf: Shelf, sitting: Sitting
) -> None:
    shelf.write("friend")
    shelf.write("lonely", 'requires = ["friend"]')
    await enable(await sitting(), ctx, "friend")
    await enable(await sitting(), ctx, "lonely")
    shelf.uninstall("friend")
    left_out = await plugin_card(await sitting(), ctx.db, "lonely")
    assert (left_out.state, left_out.missing_plugins) == ("left_out", ())
    assert "requires the plugin friend" in left_out.reason
    shelf.write("friend")
    counted = await generation(ctx.db)
    await enable(await sitting(), ctx, "lonely")
    assert await generation(ctx.db) == counted


@pytest.mark.embedded
async def test_what_would_spoil_the_whole_is_refused_before_it_is_on(
    ctx: Context, database_url: str, tmp_path: Path, shelf: Shelf
) -> None:
    settings = Settings(database_url=database_url, env="test", media_root=str(tmp_path / "media"))
    runtime = await compose(settings, ctx.db, ctx.shop.clock)
    shelf.write("friend")
    assert (await enable(runtime.site, ctx, "friend")).state == "on"
    shelf.write("open", module=UNGUARDED)
    with pytest.raises(PluginRefused, match="declares no permission"):
        await enable(runtime.site, ctx, "open")
    assert await plugin_row(ctx.db, "open") is None


UNGUARDED = """
import strawberry
from vetrina.graphql import Info, root
from vetrina.plugin import GraphQLRoots, hookimpl


@strawberry.type
class OpenQuery:
    @root
    async def open_secrets(self, info: Info) -> str | None:
        return "everybody's"


@hookimpl
def register_graphql():
    return [GraphQLRoots("admin", query=OpenQuery)]
"""


async def test_a_new_plugins_permissions_go_to_whoever_switches_it_on_and_to_nobody_later(
    ctx: Context, shelf: Shelf, sitting: Sitting
) -> None:
    shelf.write("gift", 'permissions = { "gift.wrap" = "Wrap" }')
    async with ctx.tx() as session:
        anna, bob = [
            await create_member(
                session,
                email=f"{name}@x.test",
                name=name,
                password_hash=None,
                permissions=["plugins.write"],
                at=ctx.now(),
            )
            for name in ("anna", "bob")
        ]

    def acting(member: int) -> Context:
        actor = Actor("staff", id=member, name=f"member:{member}", permissions=frozenset({"plugins.write"}))
        return msgspec.structs.replace(ctx, actor=actor)

    async def granted() -> dict[int, list[str]]:
        return dict(await ctx.db.fetch(select(StaffMember.id, StaffMember.permissions)))

    await enable(await sitting(), acting(anna), "gift")
    assert await granted() == {anna: ["gift.wrap", "plugins.write"], bob: ["plugins.write"]}
    await disable(await sitting(), acting(anna), "gift")
    await enable(await sitting(), acting(bob), "gift")
    assert (await granted())[bob] == ["plugins.write"], "anna has it, and may grant it"
    await disable(await sitting(), ctx, "gift")
    await remove(await sitting(), ctx, "gift", "gift")
    await enable(await sitting(), ctx, "gift")
    everything = ["gift.wrap", "plugins.write"]
    assert await granted() == {anna: everything, bob: everything}, "the shop itself: to both"
