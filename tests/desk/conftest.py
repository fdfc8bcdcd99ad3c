"""A shop with an empty shelf for plugins, and the desk at which they are switched."""

from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path

import pytest
from tests.support.desks import site_now
from tests.support.shelves import Shelf

from vetrina.kernel.context import Context
from vetrina.plugin.site import Site

Sitting = Callable[[], Awaitable[Site]]


@pytest.fixture
def shelf(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Shelf]:
    folder = tmp_path / "site-packages"
    folder.mkdir()
    monkeypatch.syspath_prepend(str(folder))  # pyright: ignore[reportUnknownMemberType]
    shelf = Shelf(folder)
    yield shelf
    shelf.restart()


@pytest.fixture
def sitting(ctx: Context, database_url: str) -> Sitting:
    """The site of the next Runtime, as a process would compose it now."""
    return lambda: site_now(ctx, database_url)
