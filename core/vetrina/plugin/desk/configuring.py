"""A plugin's settings: show them, try them, keep them."""

import asyncio
from collections.abc import Mapping
from importlib import import_module
from typing import Any, cast

import msgspec
from pydantic import BaseModel, ValidationError

from vetrina.flows.plugins import keep_settings
from vetrina.kernel.context import Context
from vetrina.kernel.crypto import NotOurs
from vetrina.kernel.errors import NotFound, Refusal
from vetrina.kernel.meters import KeptOut, Work
from vetrina.plugin.desk.cards import PluginCard, plugin_card
from vetrina.plugin.desk.refusals import PluginRefused, SettingsProblem, SettingsRefused, not_loaded
from vetrina.plugin.desk.shelf import OnDisk, look_at
from vetrina.plugin.loader import within_patience
from vetrina.plugin.settings import PluginSettings, completed, problems_told, seal, shown, unseal, veiled
from vetrina.plugin.site import Site
from vetrina.plugin.words import Say, Words, refused
from vetrina.views.plugins import PluginRow, plugin_row, settings_token

PATIENCE = 10.0
"""Seconds a plugin may take to try its settings."""
KEPT_OUT = Say(
    en="Trying the settings has failed too often. Wait half a minute and try again.",
    it="La prova delle impostazioni è fallita troppe volte. Aspetta mezzo minuto e riprova.",
)
FILES_CHANGED = Say(
    en="Its files have changed: look at them and confirm the change.",
    it="I suoi file sono cambiati: controllali e conferma la modifica.",
)


class CheckFailed(Exception):
    """A plugin's check met something it does not know of; whatever is secret is taken out of the message."""


class SettingsCard(msgspec.Struct, frozen=True):
    """A plugin's settings as they are kept, and what they may be."""

    model: type[BaseModel]
    schema: dict[str, Any]
    """JSON Schema, as pydantic writes it."""
    values: dict[str, Any]
    """Secrets are shown as whether there is one: {"isSet": true}."""
    token: str
    """Of these values: given back with others, it says what they are to replace."""
    problem: str = ""
    """Why the values kept are not valid any more, such as after an upgrade; then these are the defaults."""


class _Known(msgspec.Struct, frozen=True):
    """What there is before a change: the class, the settings if they are valid, and the token of what is kept."""

    model: type[BaseModel]
    settings: BaseModel | None
    token: str
    problem: str = ""


async def plugin_settings(site: Site, ctx: Context, name: str) -> SettingsCard | None:
    """A plugin's settings; None when it has none. Imports a plugin that is off. Needs plugins.read.

    Raises NotFound, and PluginRefused when its settings cannot be imported, or its files wait to be confirmed.
    """
    ctx.require("plugins.read")
    disk, row = await look_at(name), await plugin_row(ctx.db, name)
    if not disk.is_there:
        raise NotFound(what=f"The plugin {name}", field=("name",))
    if disk.manifest is not None and disk.manifest.settings is None:
        return None
    known = await _known(site, name, disk, row)
    values = shown(known.settings if known.settings is not None else known.model())
    return SettingsCard(known.model, known.model.model_json_schema(), values, known.token, known.problem)


async def configure(
    site: Site, ctx: Context, name: str, values: Mapping[str, Any], token: str | None = None
) -> PluginCard:
    """Keep a plugin's settings, on or off, once they are valid and the plugin has tried them.

    A secret that is left empty, or sent as it is shown, stays as it is. `token` is of the settings these replace.
    Raises NotFound, PluginRefused, SettingsRefused, SettingsMoved. Needs plugins.write.
    """
    ctx.require("plugins.write")
    known, settings = await _tried(site, ctx, name, values)
    kept = seal(site.shop.vault, name, settings)
    before = shown(known.settings) if known.settings is not None else None
    await keep_settings(ctx, name, kept, token=token, before=before, after=shown(settings))
    return await plugin_card(site, ctx.db, name)


async def try_settings(site: Site, ctx: Context, name: str, values: Mapping[str, Any]) -> None:
    """Validate settings and let the plugin try them, without keeping them. Raises and needs what configure does."""
    ctx.require("plugins.write")
    await _tried(site, ctx, name, values)


async def _tried(site: Site, ctx: Context, name: str, values: Mapping[str, Any]) -> tuple[_Known, BaseModel]:
    disk, row = await look_at(name), await plugin_row(ctx.db, name)
    if not disk.is_there:
        raise NotFound(what=f"The plugin {name}", field=("name",))
    if disk.manifest is not None and disk.manifest.settings is None:
        title = disk.manifest.said("title", "it")
        reason = Say(f"{disk.manifest.title} has no settings.", f"{title} non ha impostazioni.")
        raise PluginRefused(field=("name",), reason=reason)
    known = await _known(site, name, disk, row)
    try:
        settings = completed(known.model, values, known.settings)
    except ValidationError as error:
        raise SettingsRefused(problems(error)) from None
    await _check(site, ctx, name, settings)
    return known, settings


async def _check(site: Site, ctx: Context, name: str, settings: BaseModel) -> None:
    """Let the plugin try them, outside of any transaction and not for longer than PATIENCE."""
    if not isinstance(settings, PluginSettings):
        return

    async def attempt() -> None:
        try:
            await settings.check(ctx)
        except (Refusal, TimeoutError):
            raise
        except Exception as error:
            raise CheckFailed(f"{type(error).__name__}: {veiled(str(error), settings)}") from None

    try:
        await site.shop.ports.meters.run(Work(name, "check", "settings"), attempt, PATIENCE)
    except Refusal as refusal:
        problem = SettingsProblem(refusal.field or (), refusal.code, _veiled(refused(refusal), settings))
    except TimeoutError:
        problem = SettingsProblem((), "CHECK_TIMED_OUT", _timed_out(PATIENCE))
    except KeptOut:
        problem = SettingsProblem((), "CHECK_KEPT_OUT", KEPT_OUT)
    except CheckFailed as error:
        message = Say(en=f"Trying the settings failed: {error}", it=f"La prova delle impostazioni è fallita: {error}")
        problem = SettingsProblem((), "CHECK_FAILED", message)
    else:
        return
    raise SettingsRefused([problem])


def _timed_out(seconds: float) -> Say:
    took = f"{seconds:g}"
    return Say(
        en=f"Trying the settings took more than {took} s.",
        it=f"La prova delle impostazioni è durata più di {took.replace('.', ',')} s.",
    )


def _veiled(words: Words, settings: BaseModel) -> Words:
    """Words without the secrets they may quote."""
    if isinstance(words, str):
        return veiled(words, settings)
    return Say(en=veiled(words.en, settings), it=veiled(words.it, settings))


async def _known(site: Site, name: str, disk: OnDisk, row: PluginRow | None) -> _Known:
    manifest = disk.manifest
    if manifest is None or manifest.settings is None:
        raise PluginRefused(field=("name",), reason=not_loaded(disk.problem))
    if row is not None and row.is_on and row.digest and row.digest != disk.digest:
        raise PluginRefused(field=("name",), reason=FILES_CHANGED)
    place = manifest.settings
    try:
        model = await asyncio.to_thread(within_patience, name, lambda: _imported(place))
    except Exception as error:
        why = f"{type(error).__name__}: {error}"
        reason = Say(f"Its settings cannot be read: {why}", f"Le sue impostazioni non si possono leggere: {why}")
        raise PluginRefused(field=("name",), reason=reason) from error
    kept = row.settings if row is not None else {}
    token = settings_token(kept)
    try:
        return _Known(model, model.model_validate(unseal(site.shop.vault, name, kept)), token)
    except ValidationError as error:
        return _Known(model, None, token, problems_told(error))
    except (NotOurs, TypeError, ValueError) as error:  # sealed under another secret key, or no settings at all
        return _Known(model, None, token, f"what is kept cannot be read: {error}")


def _imported(place: str) -> type[BaseModel]:
    """Raises what importing it raises, and TypeError for what is no pydantic model."""
    holder, _, name = place.partition(":")
    found = getattr(import_module(holder), name)
    if not (isinstance(found, type) and issubclass(found, BaseModel)):
        raise TypeError(f"{place} is no pydantic model")
    return found


def problems(error: ValidationError) -> list[SettingsProblem]:
    """Everything that is wrong, without what was given: it may be a secret."""
    found = cast("list[dict[str, Any]]", error.errors(include_url=False, include_input=False))
    return [
        SettingsProblem(tuple(map(str, entry["loc"])), str(entry["type"]), str(entry["msg"]), entry.get("ctx", {}))
        for entry in found
    ]
