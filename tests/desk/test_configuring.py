"""Settings are tried before they are kept, told whole where they are wrong, and their secrets are never seen again."""

from typing import Any

import msgspec
import pytest
from sqlalchemy import text
from structlog.testing import capture_logs
from tests.desk.conftest import Sitting
from tests.support.shelves import Shelf

from vetrina.flows.plugins import SettingsMoved
from vetrina.kernel.context import Context
from vetrina.kernel.crypto import Vault
from vetrina.kernel.errors import NotFound
from vetrina.plugin.desk import (
    PluginRefused,
    SettingsRefused,
    configure,
    configuring,
    confirm,
    enable,
    plugin_card,
    plugin_settings,
    try_settings,
)
from vetrina.views.plugins import generation

SECRET = "moderator-key-4711"


async def kept(ctx: Context) -> str:
    """What the database holds, as it holds it, of settings and of what was said about them."""
    settings = await ctx.db.fetch(text("SELECT settings FROM plugins_plugin"))
    audited = await ctx.db.fetch(text("SELECT action, before, after FROM staff_audit"))
    return str(settings) + str(audited)


async def told(sitting: Sitting, ctx: Context, **values: Any) -> dict[str, str]:
    """Why these settings are refused, by field."""
    with pytest.raises(SettingsRefused) as refused:
        await configure(await sitting(), ctx, "guestbook", values)
    return {".".join(problem.field): problem.message for problem in refused.value.problems}


async def test_settings_are_shown_changed_and_kept_with_their_secrets_sealed(
    ctx: Context, shelf: Shelf, sitting: Sitting
) -> None:
    shelf.install("guestbook")
    first = await plugin_settings(await sitting(), ctx, "guestbook")
    assert first is not None
    assert first.values == {"greeting": "Hello", "limit": 10, "key": {"isSet": False}, "ink": True}
    assert first.schema["properties"]["limit"] == {
        "default": 10, "minimum": 1, "title": "Lines a day", "type": "integer",
    }  # fmt: skip
    with capture_logs() as lines:
        values = {"greeting": "Ciao", "key": SECRET}
        assert (await configure(await sitting(), ctx, "guestbook", values, first.token)).state == "off"
        await enable(await sitting(), ctx, "guestbook")
        await configure(await sitting(), ctx, "guestbook", {"greeting": "Salve", "key": ""})
    loaded = (await sitting()).collected.find("guestbook")
    assert loaded is not None
    assert (loaded.settings.greeting, loaded.settings.key.get_secret_value()) == ("Salve", SECRET)
    second = await plugin_settings(await sitting(), ctx, "guestbook")
    assert second is not None
    assert second.values == {"greeting": "Salve", "limit": 10, "key": {"isSet": True}, "ink": True}
    everything = await kept(ctx) + str(lines) + str(second) + repr(loaded.settings)
    assert "$sealed" in everything
    assert "Salve" in everything  # the control: what is no secret is found where secrets are looked for
    assert SECRET not in everything


async def test_every_problem_is_told_at_once_with_its_field(ctx: Context, shelf: Shelf, sitting: Sitting) -> None:
    shelf.install("guestbook")
    assert await told(sitting, ctx, greeting="", limit=0, colour="red", key=SECRET) == {
        "greeting": "String should have at least 1 character",
        "limit": "Input should be greater than or equal to 1",
        "colour": "Extra inputs are not permitted",
    }


async def test_settings_that_fail_their_trial_are_not_kept(
    ctx: Context, shelf: Shelf, sitting: Sitting, monkeypatch: pytest.MonkeyPatch
) -> None:
    shelf.install("guestbook")
    monkeypatch.setattr(configuring, "PATIENCE", 0.05)
    counted = await generation(ctx.db)
    with capture_logs() as lines:
        assert await told(sitting, ctx, key="wrong-key") == {"key": "The moderator does not know …."}
        assert await told(sitting, ctx, key="broken-key") == {
            "": "Trying the settings failed: RuntimeError: no line to the moderator with …"
        }
        assert await told(sitting, ctx, key="sleeping-key") == {"": "Trying the settings took more than 0.05 s."}
        for _ in range(3):
            await told(sitting, ctx, key="broken-key")
        assert await told(sitting, ctx, key="broken-key") == {
            "": "Trying the settings has failed too often. Wait half a minute and try again."
        }
    with pytest.raises(SettingsRefused):
        await try_settings(await sitting(), ctx, "guestbook", {"key": "wrong-key"})
    assert await generation(ctx.db) == counted
    card = await plugin_card(await sitting(), ctx.db, "guestbook")
    assert (card.state, [problem.kind for problem in card.problems]) == ("available", ["breaker", "failures"])
    assert not any(key in str(lines) + str(card) for key in ("wrong-key", "broken-key", "sleeping-key"))


async def test_a_trial_keeps_nothing(ctx: Context, shelf: Shelf, sitting: Sitting) -> None:
    shelf.install("guestbook")
    await try_settings(await sitting(), ctx, "guestbook", {"greeting": "Ciao"})
    assert "Ciao" not in await kept(ctx)


async def test_who_saw_older_settings_does_not_overwrite_newer_ones(
    ctx: Context, shelf: Shelf, sitting: Sitting
) -> None:
    shelf.install("guestbook")
    seen = await plugin_settings(await sitting(), ctx, "guestbook")
    assert seen is not None
    await configure(await sitting(), ctx, "guestbook", {"greeting": "Ciao"}, seen.token)
    with pytest.raises(SettingsMoved):
        await configure(await sitting(), ctx, "guestbook", {"greeting": "Salve"}, seen.token)
    assert "Salve" not in await kept(ctx)


async def test_settings_that_an_upgrade_no_longer_takes_are_said_to_be_so(
    ctx: Context, shelf: Shelf, sitting: Sitting
) -> None:
    package = shelf.install("guestbook")
    await configure(await sitting(), ctx, "guestbook", {"limit": 5})
    shelf.restart()
    settings = package / "settings.py"
    settings.write_text(settings.read_text().replace("ge=1", "ge=9"))
    card = await plugin_settings(await sitting(), ctx, "guestbook")
    assert card is not None
    assert (card.problem, card.values["limit"]) == ("limit: Input should be greater than or equal to 9", 10)
    settings.write_text("nonsense")
    shelf.restart()
    with pytest.raises(PluginRefused, match="Its settings cannot be read: NameError"):
        await plugin_settings(await sitting(), ctx, "guestbook")


async def test_a_secret_that_an_upgrade_knows_no_more_is_not_quoted(
    ctx: Context, shelf: Shelf, sitting: Sitting
) -> None:
    package = shelf.install("guestbook")
    await configure(await sitting(), ctx, "guestbook", {"key": SECRET})
    await enable(await sitting(), ctx, "guestbook")
    shelf.restart()
    settings = package / "settings.py"
    settings.write_text(settings.read_text().replace("    key: SecretStr", "    token: SecretStr"))
    with capture_logs() as lines:
        await confirm(await sitting(), ctx, "guestbook")
        site = await sitting()
    [left_out] = site.collected.left_out
    assert left_out.reason == "its settings are not valid any more: key: Extra inputs are not permitted"
    assert left_out.reason in str(lines) and SECRET not in str(lines)


async def test_settings_sealed_under_another_key_can_be_given_again(
    ctx: Context, shelf: Shelf, sitting: Sitting
) -> None:
    shelf.install("guestbook")
    await configure(await sitting(), ctx, "guestbook", {"key": SECRET})
    site = await sitting()
    other = msgspec.structs.replace(site, shop=msgspec.structs.replace(site.shop, vault=Vault("k" * 32)))
    card = await plugin_settings(other, ctx, "guestbook")
    assert card is not None
    assert (card.problem, card.values["key"]) == (
        "what is kept cannot be read: a sealed value of plugin-settings:guestbook does not open",
        {"isSet": False},
    )
    await configure(other, ctx, "guestbook", {"key": "another"}, card.token)
    card = await plugin_settings(other, ctx, "guestbook")
    assert card is not None
    assert (card.problem, card.values["key"]) == ("", {"isSet": True})


async def test_a_plugin_without_settings_has_none(ctx: Context, shelf: Shelf, sitting: Sitting) -> None:
    shelf.write("friend")
    assert await plugin_settings(await sitting(), ctx, "friend") is None
    with pytest.raises(PluginRefused, match="has no settings"):
        await configure(await sitting(), ctx, "friend", {})
    with pytest.raises(NotFound):
        await plugin_settings(await sitting(), ctx, "nowhere")
