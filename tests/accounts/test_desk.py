"""Operators and managers register front ends; the pages say everything in both languages; what has expired goes."""

import asyncio
import re
from collections.abc import Sequence
from importlib.resources import files
from pathlib import Path
from string import Formatter
from typing import Any

import msgspec
import pytest
import strawberry
from click.testing import CliRunner
from sqlalchemy import func, select
from tests.support.front_end import FrontEnd
from tests.support.shops import StillClock, opened

from vetrina.cli.accounts import accounts
from vetrina.flows.accounts import JOBS
from vetrina.graphql import Info, batch
from vetrina.graphql.schema import FieldsClash
from vetrina.kernel.context import Actor, Context
from vetrina.kernel.errors import NotAllowed, NotFound
from vetrina.plugin import GraphQLFields
from vetrina.plugin.admin import Asked, Done, Form, Secret, Section, Table
from vetrina.plugin.pages.voice import sentences
from vetrina.shop.accounts.models import AccountSession, AccountSignIn, AccountToken, Grant
from vetrina.views.accounts import clients
from vetrina_storefront.accounts.admin import FrontEndForm, pages
from vetrina_storefront.accounts.looks import WORDS
from vetrina_storefront.accounts.schema import compose_accounts, published
from vetrina_storefront.schema import compose_storefront

PLACE = Path(str(files("vetrina_storefront.accounts")))
BACK = "https://front.example/account/authorize"


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_the_command_registers_lists_and_removes(database_url: str) -> None:
    async def begin() -> None:
        await (await opened(database_url, StillClock())).db.close()

    asyncio.run(begin())

    def run(*words: str, code: int = 0) -> str:
        done = CliRunner().invoke(accounts, [*words, "--database-url", database_url], catch_exceptions=False)
        assert done.exit_code == code, done.output
        return done.output

    told = run("client", "add", "Till", "--redirect-uri", BACK, "--confidential")
    key = re.search(r"client_id: (\w{32})\nclient_secret: vt_client_\S{43}\n", told)
    assert key is not None and "only" not in run("client", "list")
    assert key[1] in run("client", "list") and BACK in run("client", "list")
    assert "begins with https://" in run("client", "add", "X", "--redirect-uri", "http://front.example/", code=1)
    assert "signed by" in run("rotate-keys")
    assert run("client", "remove", key[1]) == "Removed.\n" and "not found" in run("client", "remove", key[1], code=1)


@pytest.mark.embedded
async def test_the_admins_page_registers_and_removes_for_whoever_may(ctx: Context) -> None:
    [page] = pages()
    assert (page.permission, {action.permission for action in page.actions}) == ("accounts.read", {"accounts.write"})
    act = {action.name: action.run for action in page.actions}
    reader = msgspec.structs.replace(ctx, actor=Actor("staff", permissions=frozenset({"accounts.read"})))
    form = FrontEndForm(name="Till", redirect_uris=[BACK], is_confidential=True)
    with pytest.raises(NotAllowed):
        await act["register"](reader, Asked(), form)
    done = await act["register"](ctx, Asked(), form)
    assert isinstance(done, Done) and any(isinstance(block, Secret) for block in done.blocks)
    shown = await page.show(ctx, Asked())
    [table] = [block for block in shown if isinstance(block, Table)]
    assert len(table.rows) == 1 and table.rows[0].buttons
    assert any(isinstance(inner, Form) for block in shown if isinstance(block, Section) for inner in block.blocks)
    for block in await page.show(reader, Asked()):
        assert not isinstance(block, Section) and not (isinstance(block, Table) and block.rows[0].buttons)
    await act["rotate"](ctx, Asked(), {})
    await act["remove"](ctx, Asked(), {"client": (await clients(ctx.db))[0].key})
    assert await clients(ctx.db) == []
    with pytest.raises(NotFound):
        await act["remove"](ctx, Asked(), {"client": "nobody"})


def test_the_pages_say_only_what_there_is_and_say_it_in_both_languages() -> None:
    own = sentences(WORDS[-1:])
    texts = "".join(path.read_text() for path in [*PLACE.glob("*.py"), *PLACE.glob("templates/*.html")])
    said = set(re.findall(r'"((?:account|wrong)\.[a-z_]+)"', texts))
    refusals = {
        f"wrong.{code}" for code in ("BAD_USER_INPUT", "TOO_OFTEN", "WRONG_CODE", "WRONG_PASSWORD", "CODE_ENDED")
    }
    assert (said - {"account.html"}) | refusals == set(own)
    for key, wordings in own.items():
        assert set(wordings) == {"en", "it"} and all(wordings.values())
        facts = [{name for _, name, _, _ in Formatter().parse(str(wordings[code])) if name} for code in ("en", "it")]
        assert facts[0] == facts[1], key
        assert wordings["en"] != wordings["it"] or key == "account.password"


async def test_what_has_expired_goes(ctx: Context, front: FrontEnd, clock: StillClock) -> None:
    await front.tokens("anna@example.com")
    await front.person.open(front.address(prompt="login"))
    await front.person.send("/authentication/code", email="anna@example.com")
    tables = (AccountSignIn, AccountSession, Grant, AccountToken)

    async def counts() -> list[int]:
        await JOBS[0].run(ctx, {})
        return [await ctx.db.value(select(func.count()).select_from(table)) for table in tables]

    assert await counts() == [1, 1, 1, 2]
    clock.move(days=31)
    assert await counts() == [0, 0, 1, 1]
    clock.move(days=60)
    assert await counts() == [0, 0, 0, 0]


async def load_points(rows: Sequence[Any], info: Info) -> list[int]:
    return [7 for _ in rows]


@strawberry.type
class PointsOnCustomer:
    points_balance: int = batch(load_points)


def test_plugins_add_fields_here_and_only_here() -> None:
    part = ("points", GraphQLFields("customer", on="Customer", fields=PointsOnCustomer))
    assert "pointsBalance: Int!" in compose_accounts([part]).as_str()
    assert "pointsBalance" not in compose_storefront([part]).as_str() and "pointsBalance" not in published()
    with pytest.raises(FieldsClash):
        compose_accounts([part, ("others", part[1])])
