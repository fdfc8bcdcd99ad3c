"""Settings are tried before they are kept, told whole where they are wrong, and their secrets are never seen again."""

from typing import Any

import msgspec
import pytest
from pydantic import BaseModel, Field, SecretStr, ValidationError
from pydantic.fields import FieldInfo
from sqlalchemy import text
from structlog.testing import capture_logs
from tests.desk.conftest import Sitting
from tests.support.shelves import Shelf

from vetrina.flows.plugins import SettingsMoved, keep_settings
from vetrina.kernel.context import Context
from vetrina.kernel.crypto import Vault
from vetrina.kernel.errors import NotFound
from vetrina.kernel.outgoing import Outgoing
from vetrina.plugin import PluginSettings
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
from vetrina.plugin.settings import bound_to, completed, seal
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
    return {".".join(problem.field): str(problem.message) for problem in refused.value.problems}


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


class Door(BaseModel):
    host: str = ""
    port: int = 1
    word: SecretStr = Field(default=SecretStr(""), json_schema_extra={"bound_to": ["host", "port"]})


class Doors(PluginSettings):
    url: str = ""
    title: str = ""
    key: SecretStr = SecretStr("")
    salt: SecretStr = Field(default=SecretStr(""), json_schema_extra={"bound_to": []})
    door: Door = Door()


BEHIND = {"url": "https://a.test", "key": "k", "salt": "s", "door": {"host": "h", "port": 2, "word": "w"}}
UNSENT: dict[str, Any] = {"url": "https://a.test", "key": {"isSet": True}, "salt": "", "door": {"host": "h", "port": 2}}


@pytest.mark.parametrize(
    ("change", "again"),
    [
        ({"title": "Other"}, []),
        ({"url": "https://thief.test"}, [("key",)]),
        ({"url": "https://thief.test", "key": "mine"}, []),
        ({"url": "https://thief.test", "key": None, "door": {"host": "h", "port": 3}}, [("key",), ("door", "word")]),
        ({"door": {"host": "thief", "port": 2}}, [("door", "word")]),
        ({"door": {"host": "thief", "port": 2, "word": "mine"}}, []),
    ],
)  # fmt: skip
def test_a_secret_does_not_follow_a_changed_address(change: dict[str, Any], again: list[tuple[str, ...]]) -> None:
    known = Doors.model_validate(BEHIND)
    if not again:
        kept = completed(Doors, UNSENT | change, known)
        assert kept.salt.get_secret_value() == "s"
        assert kept.key.get_secret_value() == (change.get("key") or "k")
        return
    with pytest.raises(ValidationError) as refused:
        completed(Doors, UNSENT | change, known)
    assert [(error["loc"], error["type"]) for error in refused.value.errors()] == [
        (path, "secret_again") for path in again
    ]
    assert "thief" not in str(refused.value.errors(include_url=False))


def test_who_empties_the_address_forgets_its_secret() -> None:
    known = Doors.model_validate(BEHIND)
    emptied = completed(Doors, UNSENT | {"url": ""}, known)
    assert (emptied.key.get_secret_value(), emptied.salt.get_secret_value()) == ("", "s")
    with pytest.raises(KeyError):
        bound_to(Doors, FieldInfo(json_schema_extra={"bound_to": ["nowhere"]}))


@pytest.mark.embedded
async def test_first_party_secrets_stay_with_their_servers(ctx: Context, sitting: Sitting) -> None:
    asked = list[str]()

    async def resolve(host: str, port: int) -> list[str]:
        asked.append(host)
        return []

    there = msgspec.structs.replace(ctx, shop=msgspec.structs.replace(ctx.shop, outgoing=Outgoing(resolve=resolve)))
    for name, field, before, after in (
        ("meilisearch", "key", {"url": "https://mine.test"}, {"url": "https://thief.test"}),
        ("smtp", "password", {"host": "mine.test", "sender": "a@b.test"}, {"host": "thief.test", "sender": "a@b.test"}),
        ("s3", "secret_access_key", {"bucket": "goods", "access_key_id": "me"}, {"endpoint": "https://thief.test"}),
    ):
        site = await sitting()
        row = await plugin_settings(site, ctx, name)
        assert row is not None
        settings = row.model.model_validate({**before, field: SECRET})
        await keep_settings(ctx, name, seal(ctx.shop.vault, name, settings), token=None, before=None, after={})
        for attempt in (try_settings, configure):
            with pytest.raises(SettingsRefused) as refused:
                await attempt(site, there, name, {**before, **after, field: ""})
            assert [(one.field, one.code) for one in refused.value.problems] == [((field,), "secret_again")]
    assert asked == [], "nobody was called"


async def test_a_plugin_without_settings_has_none(ctx: Context, shelf: Shelf, sitting: Sitting) -> None:
    shelf.write("friend")
    assert await plugin_settings(await sitting(), ctx, "friend") is None
    with pytest.raises(PluginRefused, match="has no settings"):
        await configure(await sitting(), ctx, "friend", {})
    with pytest.raises(NotFound):
        await plugin_settings(await sitting(), ctx, "nowhere")
