"""`vetrina token` prints a secret once; it opens what it was granted."""

import asyncio
from datetime import timedelta

import pytest
from click.testing import CliRunner
from tests.support.shops import StillClock, make_shop, opened

from vetrina.cli.shop import token
from vetrina.flows.staff.tokens import authenticate
from vetrina.kernel.context import Actor
from vetrina.kernel.db import open_database
from vetrina.views.permissions import CORE_PERMISSIONS
from vetrina.views.staff import TokenRow, staff_tokens

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def shop_url(database_url: str) -> str:
    """The database of an opened shop that nobody holds."""

    async def open_and_leave() -> None:
        ctx = await opened(database_url, StillClock())
        await ctx.db.close()

    asyncio.run(open_and_leave())
    return database_url


def issued(url: str, *arguments: str) -> str:
    done = CliRunner().invoke(token, [*arguments, "--database-url", url], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done.stdout.split()[-1]


def known(url: str, secret: str) -> tuple[Actor | None, list[TokenRow]]:
    """Who the secret makes its bearer, and every token there is."""

    async def look() -> tuple[Actor | None, list[TokenRow]]:
        db = await open_database(url)
        try:
            return await authenticate(make_shop(db, StillClock()), secret), await staff_tokens(db, size=10)
        finally:
            await db.close()

    return asyncio.run(look())


def test_a_token_may_what_it_was_granted_for_as_long_as_it_was_said(shop_url: str) -> None:
    secret = issued(shop_url, "ERP", "--can", "stock.read", "--can", "stock.write", "--days", "90")
    actor, (row,) = known(shop_url, secret)
    assert actor is not None
    assert actor.permissions == {"stock.read", "stock.write"}
    assert row.expires_at is not None
    assert row.name == "ERP"
    assert (row.expires_at - row.created_at) / timedelta(days=1) == pytest.approx(90, abs=0.01)


def test_a_token_without_conditions_may_everything_until_it_is_revoked(shop_url: str) -> None:
    actor, (row,) = known(shop_url, issued(shop_url, "owner"))
    assert actor is not None
    assert actor.permissions >= set(CORE_PERMISSIONS)
    assert row.expires_at is None


def test_a_permission_that_does_not_exist_is_refused_by_name(shop_url: str) -> None:
    done = CliRunner().invoke(token, ["ERP", "--can", "everything", "--database-url", shop_url])
    assert (done.exit_code, done.output) == (1, "Error: There is no permission 'everything'.\n")
    assert known(shop_url, "x") == (None, [])
