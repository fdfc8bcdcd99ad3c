"""What a room of the admin is made of: screens with their permissions, and an entry in the menu."""

from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping
from typing import Any, Literal

import msgspec
from litestar import Response

from vetrina.kernel.errors import Fault
from vetrina_admin.pages.forms import Form
from vetrina_admin.pages.visits import Visit

Answer = Response[Any]
Group = Literal["", "sales", "catalogue", "content", "delivery", "money", "settings"]
"""Sections of the menu, out of SECTIONS; without one it stands above them."""


class NoSuchPermission(Fault):
    """A screen asks for a permission that nobody can be granted: nobody would ever see it."""


class Screen(msgspec.Struct, frozen=True, kw_only=True):
    """An address and what answers there: GET by `show`, POST by `act`."""

    path: str
    """Below /admin, in litestar's words: /orders/{order:int}; see Visit.number and Visit.part."""
    can: str | None
    """The permission it needs; None for everybody who has signed in."""
    show: Callable[[Visit], Awaitable[Answer]] | None = None
    act: Callable[[Visit, Form], Awaitable[Answer]] | None = None
    is_open: bool = False
    """Whether it is for those who have not signed in."""
    takes_files: bool = False


def page(path: str, can: str | None, show: Callable[[Visit], Awaitable[Answer]], *, is_open: bool = False) -> Screen:
    """A page to look at."""
    return Screen(path=path, can=can, show=show, is_open=is_open)


def action(
    path: str,
    can: str | None,
    act: Callable[[Visit, Form], Awaitable[Answer]],
    *,
    is_open: bool = False,
    takes_files: bool = False,
) -> Screen:
    """Something a form or a button does; its token has been checked when `act` is called."""
    return Screen(path=path, can=can, act=act, is_open=is_open, takes_files=takes_files)


class Room(msgspec.Struct, frozen=True, kw_only=True):
    """Screens that belong together. Its title is said by the words `<name>.title`."""

    name: str
    path: str
    """Below /admin; where its entry in the menu leads. Empty for the home."""
    can: str | None
    """Who sees it in the menu; None for everybody who has signed in."""
    screens: tuple[Screen, ...]
    icon: str = ""
    """A name out of admin/package.json's list; without one it stands not in the menu."""
    group: Group = ""


def ways_up(screens: Iterable[Screen]) -> Iterator[tuple[str, int]]:
    """Addresses that only take forms, and how many of their parts lead to a page: for who loads one of them again."""
    screens = list(screens)
    pages = {screen.path.rstrip("/") for screen in screens if screen.show is not None}
    for path in sorted({screen.path for screen in screens} - pages - {"/"}):
        parts = path.split("/")
        length = next(length for length in range(len(parts) - 1, 0, -1) if "/".join(parts[:length]) in pages)
        yield path, length


def check_permissions(rooms: Iterable[Room], known: Mapping[str, str]) -> None:
    """Raises NoSuchPermission for a screen or a room that asks for an undeclared one."""
    for room in rooms:
        for can in (room.can, *(screen.can for screen in room.screens)):
            if can is not None and can not in known:
                raise NoSuchPermission(f"the room {room.name} needs {can}, which is no permission")
