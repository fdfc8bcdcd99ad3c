"""`vetrina plugins` does at the desk what the admin does there; `vetrina <plugin>` runs what a plugin brings."""

import asyncio
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from tests.support.shelves import Shelf
from tests.support.shops import StillClock, opened

from vetrina.cli import main

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
Vetrina = Callable[..., Result]


@pytest.fixture
def shelf(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Shelf]:
    folder = tmp_path / "site-packages"
    folder.mkdir()
    monkeypatch.syspath_prepend(str(folder))  # pyright: ignore[reportUnknownMemberType]
    shelf = Shelf(folder)
    shelf.install("guestbook")
    yield shelf
    shelf.restart()


@pytest.fixture
def vetrina(database_url: str, shelf: Shelf) -> Vetrina:
    """Run the command over an opened shop that nobody holds."""

    async def open_and_leave() -> None:
        ctx = await opened(database_url, StillClock())
        await ctx.db.close()

    asyncio.run(open_and_leave())
    environment = {"VETRINA_DATABASE_URL": database_url}
    return lambda *words, **more: CliRunner().invoke(main, list(words), env=environment, **more)


def test_a_plugin_is_switched_used_and_removed_from_the_command_line(vetrina: Vetrina, shelf: Shelf) -> None:
    assert "guestbook: on" in vetrina("plugins", "on", "guestbook").output
    assert vetrina("guestbook", "entries", "--loud").output == "0 entries!\n"
    assert "Usage: vetrina guestbook" in vetrina("guestbook", "--help").output.replace("main", "vetrina")
    shown = vetrina("plugins", "show", "guestbook").output
    assert "Guest book (guestbook) 1.0: on" in shown
    assert "port: DeliveryProvider guestbook" in shown
    (line,) = [line for line in vetrina("plugins", "list").output.splitlines() if line.split()[:1] == ["guestbook"]]
    assert line.split() == ["guestbook", "Guest", "book", "1.0", "on"]
    assert "guestbook (guestbook)" in vetrina("plugins", "order", "DeliveryProvider", "guestbook").output
    refused = vetrina("plugins", "remove", "guestbook", "--confirm", "guestbook")
    assert (refused.exit_code, "Guest book is on" in refused.output) == (1, True)
    assert "guestbook: off" in vetrina("plugins", "off", "guestbook").output
    off = vetrina("guestbook", "entries")
    assert (off.exit_code, "is off: vetrina plugins on guestbook" in off.output) == (2, True)
    doubtful = vetrina("plugins", "remove", "guestbook", input="no\n")
    assert (doubtful.exit_code, "the table guestbook_entry with 0 rows" in doubtful.output) == (1, True)
    assert "guestbook is gone." in vetrina("plugins", "remove", "guestbook", input="guestbook\n").output


def test_what_would_not_work_stays_off(vetrina: Vetrina, shelf: Shelf) -> None:
    shelf.write("lonely", 'requires = ["friend"]')
    refused = vetrina("plugins", "on", "lonely")
    assert (refused.exit_code, "requires the plugin friend" in refused.output) == (1, True)
    unknown = vetrina("plugins", "on", "nowhere")
    assert (unknown.exit_code, "The plugin nowhere was not found." in unknown.output) == (1, True)
