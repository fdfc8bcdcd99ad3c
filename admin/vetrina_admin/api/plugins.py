"""The desk: see plugins, try them, switch, configure, confirm, order and remove them."""

from collections.abc import Callable, Mapping
from typing import Any

import strawberry

from vetrina.graphql import Info, UserError, UserErrorRow, answer, ctx_of, root, user_errors
from vetrina.graphql.scalars import JSON
from vetrina.kernel.context import Context
from vetrina.kernel.errors import BadInput, Refusal
from vetrina.plugin import Site, desk
from vetrina_admin.api.desk import site_of
from vetrina_admin.api.plugin_types import (
    Plugin,
    PluginPort,
    PluginRemoval,
    PluginSettings,
    language_of,
    plugin_of,
    port_of,
    removal_of,
    settings_of,
)


@strawberry.type(description="The plugin as it is now; every process follows within a second or two.")
class PluginEnablePayload:
    plugin: Plugin | None
    user_errors: list[UserError]


@strawberry.type(description="The plugin as it is now; its tables and settings stay.")
class PluginDisablePayload:
    plugin: Plugin | None
    user_errors: list[UserError]


@strawberry.type(description="The plugin as it is now; its changed files are taken.")
class PluginConfirmPayload:
    plugin: Plugin | None
    user_errors: list[UserError]


@strawberry.type(description="The plugin and the settings that are kept now.")
class PluginConfigurePayload:
    plugin: Plugin | None
    settings: PluginSettings | None
    user_errors: list[UserError]


@strawberry.type(description="Whether the settings would be kept; the errors say why not.")
class PluginSettingsTryPayload:
    is_valid: bool | None
    user_errors: list[UserError]


@strawberry.type(description="What went.")
class PluginRemovePayload:
    removal: PluginRemoval | None
    user_errors: list[UserError]


@strawberry.type(description="The port with its new order.")
class PluginPortReorderPayload:
    port: PluginPort | None
    user_errors: list[UserError]


@strawberry.type
class PluginQuery:
    @root(permission="plugins.read", description="Every plugin that is installed or known, the doors first.")
    async def plugins(self, info: Info, language: str | None = None) -> list[Plugin]:
        cards = await desk.catalogue(site_of(info), ctx_of(info).db)
        return [plugin_of(card, language_of(language)) for card in cards]

    @root(permission="plugins.read", description="One plugin, if it is known.")
    async def plugin(self, info: Info, name: str, language: str | None = None) -> Plugin | None:
        cards = await desk.catalogue(site_of(info), ctx_of(info).db)
        return next((plugin_of(card, language_of(language)) for card in cards if card.name == name), None)

    @root(permission="plugins.read", description="A plugin's settings; null when it has none.")
    async def plugin_settings(self, info: Info, name: str) -> PluginSettings | None:
        card = await desk.plugin_settings(site_of(info), ctx_of(info), name)
        found: Any = settings_of(card) if card is not None else None
        return found

    @root(permission="plugins.read", description="Ports that plugins serve, in the order in which they are asked.")
    async def plugin_ports(self, info: Info) -> list[PluginPort]:
        found: Any = [port_of(card) for card in await desk.port_orders(site_of(info), ctx_of(info))]
        return found

    @root(permission="plugins.read", description="What would go if the plugin was removed now.")
    async def plugin_removal(self, info: Info, name: str) -> PluginRemoval:
        found: Any = removal_of(await desk.would_remove(site_of(info), ctx_of(info), name))
        return found


@strawberry.type
class PluginMutation:
    @root(permission="plugins.write", description="Try a plugin, make its tables, and switch it on.")
    async def plugin_enable(self, info: Info, name: str) -> PluginEnablePayload:
        return await answer(PluginEnablePayload, _switched(desk.enable, site_of(info), ctx_of(info), name))

    @root(permission="plugins.write", description="Switch a plugin off, unless another that is on requires it.")
    async def plugin_disable(self, info: Info, name: str) -> PluginDisablePayload:
        return await answer(PluginDisablePayload, _switched(desk.disable, site_of(info), ctx_of(info), name))

    @root(permission="plugins.write", description="Say that a plugin's changed files are as they should be.")
    async def plugin_confirm(self, info: Info, name: str) -> PluginConfirmPayload:
        return await answer(PluginConfirmPayload, _switched(desk.confirm, site_of(info), ctx_of(info), name))

    @root(
        permission="plugins.write",
        description="Keep a plugin's settings once they are valid and it has tried them. Empty secrets stay.",
    )
    async def plugin_configure(
        self, info: Info, name: str, settings: JSON, token: str | None = None
    ) -> PluginConfigurePayload:
        async def change(ctx: Context) -> Mapping[str, Any]:
            card = await desk.configure(site_of(info), ctx, name, _object(settings), token)
            kept = await desk.plugin_settings(site_of(info), ctx, name)
            return {"plugin": plugin_of(card), "settings": settings_of(kept) if kept is not None else None}

        return await answer(PluginConfigurePayload, change(ctx_of(info)), told=_settings_errors)

    @root(permission="plugins.write", description="Validate a plugin's settings and let it try them; keep nothing.")
    async def plugin_settings_try(self, info: Info, name: str, settings: JSON) -> PluginSettingsTryPayload:
        async def attempt(ctx: Context) -> Mapping[str, Any]:
            await desk.try_settings(site_of(info), ctx, name, _object(settings))
            return {"is_valid": True}

        return await answer(PluginSettingsTryPayload, attempt(ctx_of(info)), told=_settings_errors)

    @root(
        permission="plugins.write",
        description="Remove a plugin that is off, with its tables and all it left. confirmation is its name.",
    )
    async def plugin_remove(self, info: Info, name: str, confirmation: str) -> PluginRemovePayload:
        async def change(ctx: Context) -> Mapping[str, Any]:
            return {"removal": removal_of(await desk.remove(site_of(info), ctx, name, confirmation))}

        return await answer(PluginRemovePayload, change(ctx_of(info)))

    @root(permission="plugins.write", description="Put those who serve a port in order; no keys: as they load.")
    async def plugin_port_reorder(self, info: Info, port: str, keys: list[str]) -> PluginPortReorderPayload:
        async def change(ctx: Context) -> Mapping[str, Any]:
            return {"port": port_of(await desk.reorder(site_of(info), ctx, port, keys))}

        return await answer(PluginPortReorderPayload, change(ctx_of(info)))


async def _switched(verb: Callable[..., Any], site: Site, ctx: Context, name: str) -> Mapping[str, Any]:
    return {"plugin": plugin_of(await verb(site, ctx, name))}


def _object(settings: Any) -> Mapping[str, Any]:
    """Raises BadInput for JSON that is no object."""
    if not isinstance(settings, dict):
        raise BadInput(field=("settings",), problem="Settings are an object of fields and values.")
    return settings  # pyright: ignore[reportUnknownVariableType]


def _settings_errors(refusal: Refusal) -> list[UserErrorRow]:
    """As many as there are problems with settings; those are named as the plugin's schema names them."""
    if not isinstance(refusal, desk.SettingsRefused):
        return user_errors(refusal)
    return [
        UserErrorRow(refusal.code, ["settings", *problem.field], str(problem.message)) for problem in refusal.problems
    ]
