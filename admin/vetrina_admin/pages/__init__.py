"""The admin's pages: made on the server; scripts only spare a reload here and there."""

from litestar import Router

from vetrina.plugin import Site
from vetrina.plugin.collected import LOST
from vetrina_admin.pages.assets import asset
from vetrina_admin.pages.forms import LARGEST_FORM
from vetrina_admin.pages.plugin_pages import plugin_entries, plugin_screens
from vetrina_admin.pages.rooms import ROOMS, entries
from vetrina_admin.pages.screens import Room, check_permissions, ways_up
from vetrina_admin.pages.serving import lost, route, unforeseen, way_up

__all__ = ["page_routes"]


def page_routes(site: Site, rooms: tuple[Room, ...] = ROOMS) -> list[Router]:
    """Every address below /admin but the API's. Raises NoSuchPermission for a screen nobody could be let into.

    Raises LeaveOut for a plugin whose pages cannot stand where they want to.
    """
    check_permissions(rooms, site.permissions)
    menu = (*entries(rooms), *plugin_entries(site))
    own = [screen for room in rooms for screen in room.screens]
    reserved = {"static", "graphql", *(screen.path.split("/")[1] for screen in own)}
    screens = [*own, *plugin_screens(site, reserved)]
    return [
        Router(
            path="/admin",
            route_handlers=[
                asset,
                *(route(site, menu, screen) for screen in screens),
                *(way_up(path, length) for path, length in ways_up(screens)),
            ],
            request_max_body_size=LARGEST_FORM,
            exception_handlers={Exception: unforeseen},
            opt={LOST: lost(site, menu)},
        )
    ]
