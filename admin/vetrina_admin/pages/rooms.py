"""The rooms of the admin, in the order of the menu."""

from vetrina_admin.pages import account, home, locations, metafields, plugins, profile, sign_in, staff, tokens, trail
from vetrina_admin.pages.orders import room as orders
from vetrina_admin.pages.payments import room as payments
from vetrina_admin.pages.products import room as products
from vetrina_admin.pages.returns import room as returns
from vetrina_admin.pages.screens import Room
from vetrina_admin.pages.visits import Entry
from vetrina_admin.pages.wording import speaker

ROOMS: tuple[Room, ...] = (
    home.ROOM,
    orders.ROOM,
    returns.ROOM,
    products.ROOM,
    metafields.ROOM,
    payments.ROOM,
    locations.ROOM,
    profile.ROOM,
    staff.ROOM,
    tokens.ROOM,
    trail.ROOM,
    plugins.PLUGINS,
    plugins.HEALTH,
    plugins.DELIVERIES,
    account.ROOM,
    sign_in.ROOM,
)


def entries(rooms: tuple[Room, ...]) -> tuple[Entry, ...]:
    """The menu: an entry for each room with an icon."""
    return tuple(_entry(room) for room in rooms if room.icon)


def _entry(room: Room) -> Entry:
    def title(language: str) -> str:
        return speaker(language)(f"{room.name}.title")

    return Entry(room.name, title, f"/admin{room.path}", room.icon, room.group, room.can)
