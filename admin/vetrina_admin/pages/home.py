"""Home: how the shop is doing."""

from vetrina_admin.pages.answers import Answer, render
from vetrina_admin.pages.screens import Room, page
from vetrina_admin.pages.visits import Visit


async def home(visit: Visit) -> Answer:
    return render(visit, "home/home.html")


async def nothing(visit: Visit) -> Answer:
    """Every address below /admin that nobody else answers."""
    from vetrina.kernel.errors import NotFound

    raise NotFound(what="The page")


ROOM = Room(
    name="home",
    path="",
    can=None,
    icon="home",
    screens=(page("/", None, home), page("/{rest:path}", None, nothing)),
)
