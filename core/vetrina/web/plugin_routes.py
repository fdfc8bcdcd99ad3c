"""Plugins' routes: under their own name, none twice, each behind a meter; the doors' as they are."""

import re
from collections.abc import Iterator
from typing import Any, cast

from litestar import Litestar, Router
from litestar.exceptions import HTTPException, LitestarException
from litestar.handlers import BaseRouteHandler
from litestar.types import ASGIApp, Receive, Scope, Send

from vetrina.boot import Runtime
from vetrina.kernel.errors import Refusal
from vetrina.kernel.meters import Meters, Work
from vetrina.plugin.collected import DOORS, LeaveOut, Loaded

OWNER = "plugin"
"""Under which a route handler's `opt` names the plugin it belongs to."""
DEADLINE = 30.0
"""Seconds a plugin's route may take."""
_PARAMETER = re.compile(r"\{[^}]*\}")
"""Whatever it is called, it is the same part of an address."""


def plugin_routes(runtime: Runtime) -> Iterator[Any]:
    """Every contributed route, ready for the application. Raises LeaveOut for one that is no good neighbour."""
    meters = runtime.shop.ports.meters
    mine: dict[str, list[Any]] = {}
    taken: dict[str, str] = dict.fromkeys(("/healthz", "/media", "/metrics", "/webhooks"), "the shop")
    for owner, route in runtime.routes:
        plugin = runtime.collected.find(owner)
        if plugin is None:
            continue
        if owner in DOORS:
            taken.update((_PARAMETER.sub("{}", path), owner) for path in _paths(owner, route))
            yield route
            continue
        for path in _paths(owner, route):
            _look(plugin, path, taken)
        mine.setdefault(plugin.name, []).append(route)
    for owner, routes in mine.items():
        yield Router(path="/", route_handlers=routes, middleware=[_metered(owner, meters)], opt={OWNER: owner})


def count_failure(meters: Meters) -> Any:
    """A hook of the application: what a plugin's handler raised is counted before an error page is made of it."""

    async def after_exception(error: Exception, scope: Scope) -> None:
        handler = cast("dict[str, Any]", scope).get("route_handler")
        owner = handler.opt.get(OWNER) if handler is not None else None
        if owner is not None and not isinstance(error, HTTPException | Refusal):
            meters.fail(meters.of(_work(owner, handler)), error)

    return after_exception


def _paths(owner: str, route: Any) -> list[str]:
    if not isinstance(route, BaseRouteHandler | Router):
        raise LeaveOut(owner, f"build_routes returned a {type(route).__name__}: it returns litestar route handlers")
    try:
        if isinstance(route, Router):
            return [entry.path for entry in route.routes]
        return [path if path.startswith("/") else f"/{path}" for path in route.paths]
    except LitestarException as error:
        raise LeaveOut(owner, f"its routes cannot be read: {error}") from error


def _look(plugin: Loaded, path: str, taken: dict[str, str]) -> None:
    own = f"/{plugin.name}"
    if path != own and not path.startswith(f"{own}/") and path not in plugin.manifest.paths:
        raise LeaveOut(plugin.name, f"its route {path} is not below {own}, and its manifest does not claim it in paths")
    if path.startswith("/{"):
        raise LeaveOut(plugin.name, f"its route {path} would answer for all others")
    owner = taken.setdefault(_PARAMETER.sub("{}", path), plugin.name)
    if owner != plugin.name:  # its own may answer one address to several methods
        raise LeaveOut(plugin.name, f"its route {path} belongs to {owner} already")


def blame(runtime: Runtime) -> None:
    """Find whose routes litestar will not have, each plugin's alone. Raises LeaveOut; nothing when all are sound."""
    for plugin in runtime.collected.loaded:
        routes = [route for owner, route in runtime.routes if owner == plugin.name]
        if plugin.name in DOORS:
            continue
        try:
            Litestar(route_handlers=routes, openapi_config=None, logging_config=None)
        except Exception as error:  # signatures and dependencies are read here, and fail in every way
            raise LeaveOut(plugin.name, f"its routes cannot be built: {type(error).__name__}: {error}") from error


def _metered(owner: str, meters: Meters) -> Any:
    """A middleware: the plugin's name, its time and its failures; what it raises goes on to the error page."""

    def around(app: ASGIApp) -> ASGIApp:
        async def serve(scope: Scope, receive: Receive, send: Send) -> None:
            work = _work(owner, cast("dict[str, Any]", scope).get("route_handler"))
            await meters.run(work, lambda: app(scope, receive, send), DEADLINE)

        return serve

    return around


def _work(owner: str, handler: Any) -> Work:
    return Work(owner, "route", min(handler.paths, default="/"))
