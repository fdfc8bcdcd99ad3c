"""A command is imported when it is asked for, so that a process holds what its own command needs."""

import re
from pathlib import Path

import pytest
from click.testing import CliRunner
from tests.support.server import free_port, serving
from tests.support.shops import StillClock, opened

from vetrina.cli import main
from vetrina.demo.shop import PLUGINS
from vetrina.flows.plugins import switch_on
from vetrina.kernel.errors import Unavailable
from vetrina.web.serving import Serving

COMMANDS = [
    "accounts",
    "backup",
    "demo",
    "doctor",
    "documents",
    "import",
    "media",
    "migrate",
    "new-plugin",
    "plugins",
    "restore",
    "serve",
    "setup",
    "staff",
    "storefront-token",
    "token",
    "work",
]
NOT_FOR_SERVERS = {
    "PIL",
    "alembic",
    "mako",
    "psycopg",
    "vetrina.demo",
    "vetrina.flows.history",
    "vetrina.house",
    "vetrina.kernel.migrate",
    "vetrina.testing",
}
"""Modules and packages; whatever lies in one of these is imported after it."""


@pytest.mark.parametrize(
    ("asked", "listed"),
    [
        ((), COMMANDS),
        (("import",), ["orders", "products"]),
    ],
)
def test_every_command_is_found_and_says_what_it_does(asked: tuple[str, ...], listed: list[str]) -> None:
    shown = CliRunner().invoke(main, [*asked, "--help"], catch_exceptions=False).stdout
    assert re.findall(r"^  ([\w-]+) +[A-Z]", shown.partition("Commands:")[2], re.MULTILINE) == listed


def test_an_unknown_command_is_refused() -> None:
    done = CliRunner().invoke(main, ["sreve"])
    assert done.exit_code == 2
    assert "No such command 'sreve'" in done.output


@pytest.mark.parametrize("command", ["serve", "serve --workers 2", "work", "doctor shop", "plugins list"])
def test_where_there_is_no_shop_a_command_says_how_to_open_one(command: str, tmp_path: Path) -> None:
    nowhere = f"sqlite:///{tmp_path / 'nowhere.sqlite3'}"
    done = CliRunner().invoke(main, [*command.split(), "--database-url", nowhere])
    assert done.exit_code == 1
    assert "There is no shop in this database yet: vetrina setup opens one" in done.output


def test_where_no_server_listens_it_is_said() -> None:
    done = CliRunner().invoke(main, ["serve", "--database-url", f"postgresql://nobody@127.0.0.1:{free_port()}/shop"])
    assert done.exit_code == 1
    assert "Error: the database cannot be reached" in done.output


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_server_that_cannot_open_its_shop_ends(database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    async def start(self: Serving) -> None:
        raise Unavailable("the database went away")

    monkeypatch.setattr(Serving, "start", start)
    done = CliRunner().invoke(main, ["serve", "--port", str(free_port()), "--database-url", database_url])
    assert done.exit_code == 3


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_a_server_does_not_import_what_migrates_draws_the_demo_or_takes_over_a_past(
    database_url: str, tmp_path: Path
) -> None:
    ctx = await opened(database_url, StillClock())
    await switch_on(ctx, PLUGINS)
    await ctx.db.close()
    with serving(database_url, tmp_path, environment={"PYTHONPROFILEIMPORTTIME": "1"}, is_fresh=True) as server:
        loaded = set(re.findall(r"^import time: .*\| +([\w.]+)$", server.log, re.MULTILINE))
    assert {"vetrina.web.serving", "vetrina_storefront.door", "vetrina_shipping.provider"} <= loaded
    assert not loaded & NOT_FOR_SERVERS
