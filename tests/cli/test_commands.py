"""A command is imported when it is asked for, so that a process holds what its own command needs."""

import re
import subprocess
import sys
from pathlib import Path

import click
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
FOR_WHO_USES_THEM = {
    "aiosmtplib", "holidays", "httpx", "karrio", "mollie", "obstore", "segno", "stdnum", "stripe", "typst",
}  # fmt: skip
"""Libraries of one plugin or one page: imported by the first that needs them, which no start does."""
OUTSIDE = ("carriers", "meilisearch", "mollie", "s3", "smtp", "stripe")
"""Plugins that speak to services outside, by those libraries."""


@pytest.mark.parametrize(
    ("asked", "listed"),
    [
        ((), COMMANDS),
        (("import",), ["orders", "products"]),
    ],
)
def test_every_command_is_found_and_says_what_it_does(asked: tuple[str, ...], listed: list[str]) -> None:
    shown = CliRunner().invoke(main, [*asked, "--help"], catch_exceptions=False).stdout
    told = dict(re.findall(r"^  ([\w-]+) +([A-Z].*)$", shown.partition("Commands:")[2], re.MULTILINE))
    assert list(told) == listed
    group: click.Command | None = main
    for name in asked:
        assert isinstance(group, click.Group)
        group = group.get_command(click.Context(group), name)
    assert isinstance(group, click.Group)
    ctx = click.Context(group)
    for name, sentence in told.items():
        command = group.get_command(ctx, name)
        assert command is not None
        assert command.get_short_help_str(200).startswith(sentence.removesuffix("...")), "what is read is what is said"


@pytest.mark.parametrize(
    ("begun", "there", "not_there"),
    [
        ("from vetrina.cli import main; main(['--help'], standalone_mode=False)", "vetrina.cli", "sqlalchemy"),
        ("import vetrina.cli.serve", "sqlalchemy", "vetrina.boot"),
    ],
    ids=["a list of commands", "who watches workers"],
)
def test_nothing_of_a_shop_is_imported_by(begun: str, there: str, not_there: str) -> None:
    listing = f"import sys; {begun}; print('\\n', *sys.modules)"
    done = subprocess.run([sys.executable, "-c", listing], capture_output=True, text=True, check=True)
    loaded = set(done.stdout.splitlines()[-1].split())
    assert there in loaded
    assert not loaded & {not_there, "graphql", "litestar", "strawberry", "vetrina.web.serving"}


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


def test_a_wrong_setting_is_named_and_not_quoted(monkeypatch: pytest.MonkeyPatch) -> None:
    secret = "postgresql://shop:olive-e-capperi@localhost/shop"
    monkeypatch.setenv("VETRINA_DATABASE_URL", secret)
    no_https = {"ENV": "production", "SECRET_KEY": "k" * 32, "BASE_URL": "http://shop.example"}
    for wrong in ({"ENV": "prod"}, no_https, {"POOL_SIZE": secret}, {"PLUGINS": secret}):
        with monkeypatch.context() as given:
            for name, value in wrong.items():
                given.setenv(f"VETRINA_{name}", value)
            done = CliRunner().invoke(main, ["setup"])
        assert done.exit_code == 1
        assert list(wrong)[-1].lower() in done.output.lower()
        assert "capperi" not in done.output and "Traceback" not in done.output


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
async def test_a_server_imports_nothing_that_its_start_does_not_need(database_url: str, tmp_path: Path) -> None:
    ctx = await opened(database_url, StillClock())
    await switch_on(ctx, [*PLUGINS, *OUTSIDE])
    await ctx.db.close()
    with serving(database_url, tmp_path, environment={"PYTHONPROFILEIMPORTTIME": "1"}, is_fresh=True) as server:
        loaded = set(re.findall(r"^import time: .*\| +([\w.]+)$", server.log, re.MULTILINE))
    assert {"vetrina.web.serving", "vetrina_storefront.door", "vetrina_shipping.provider"} <= loaded
    loaded |= {name.partition(".")[0] for name in loaded}
    assert {f"vetrina_{name}" for name in OUTSIDE} <= loaded
    assert not loaded & (NOT_FOR_SERVERS | FOR_WHO_USES_THEM)
