"""The plugins' rooms: the catalogue with its switches, one plugin, the order on ports, health, deliveries, jobs."""

from vetrina_admin.pages.plugins.catalogue import confirm_files, plugin_list, switch
from vetrina_admin.pages.plugins.configuring import change_settings
from vetrina_admin.pages.plugins.details import plugin_page, take_away
from vetrina_admin.pages.plugins.health import checks_page, health_page
from vetrina_admin.pages.plugins.ports import move, port_list
from vetrina_admin.pages.plugins.queue import job_list
from vetrina_admin.pages.plugins.stuck import (
    delivery_list,
    drop,
    replay,
    replay_from,
    replay_parked,
    retry,
    skip,
)
from vetrina_admin.pages.screens import Room, action, page

__all__ = ["DELIVERIES", "HEALTH", "PLUGINS"]

PLUGINS = Room(
    name="plugins",
    path="/plugins",
    can="plugins.read",
    icon="plug",
    group="settings",
    screens=(
        page("/plugins", "plugins.read", plugin_list),
        page("/plugins/{name:str}", "plugins.read", plugin_page),
        action("/plugins/{name:str}/switch", "plugins.write", switch),
        action("/plugins/{name:str}/confirm", "plugins.write", confirm_files),
        action("/plugins/{name:str}/settings", "plugins.write", change_settings),
        action("/plugins/{name:str}/remove", "plugins.write", take_away),
        page("/ports", "plugins.read", port_list),
        action("/ports/{port:str}", "plugins.write", move),
    ),
)
HEALTH = Room(
    name="health",
    path="/health",
    can="plugins.read",
    icon="heartbeat",
    group="settings",
    screens=(page("/health", "plugins.read", health_page), page("/health/checks", "plugins.read", checks_page)),
)
DELIVERIES = Room(
    name="deliveries",
    path="/deliveries",
    can="deliveries.read",
    icon="inbox",
    group="settings",
    screens=(
        page("/deliveries", "deliveries.read", delivery_list),
        action("/deliveries/{delivery:int}/replay", "deliveries.write", replay),
        action("/deliveries/{delivery:int}/skip", "deliveries.write", skip),
        action("/deliveries/replay-parked", "deliveries.write", replay_parked),
        action("/deliveries/replay-since", "deliveries.write", replay_from),
        page("/jobs", "deliveries.read", job_list),
        action("/jobs/{job:int}/retry", "deliveries.write", retry),
        action("/jobs/{job:int}/drop", "deliveries.write", drop),
    ),
)
