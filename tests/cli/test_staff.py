"""`vetrina staff` enrols who may sign in to the admin, and sends people away."""

import asyncio

import pytest
from argon2 import PasswordHasher
from click.testing import CliRunner
from tests.support.shops import NOWHERE, StillClock, context, make_shop, opened

from vetrina.cli.staff import staff
from vetrina.flows.staff.sessions import SignIn, WrongSignIn, sign_in
from vetrina.kernel import crypto
from vetrina.kernel.db import open_database
from vetrina.views.permissions import CORE_PERMISSIONS
from vetrina.views.staff_members import MemberRow, staff_members

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def shop_url(database_url: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """The database of an opened shop that nobody holds."""
    monkeypatch.setattr(crypto, "_HASHER", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))

    async def open_and_leave() -> None:
        ctx = await opened(database_url, StillClock())
        await ctx.db.close()

    asyncio.run(open_and_leave())
    return database_url


def run(url: str, *arguments: str, code: int = 0) -> str:
    done = CliRunner().invoke(staff, [*arguments, "--database-url", url], catch_exceptions=False)
    assert done.exit_code == code, done.output
    return done.output


def signs_in(url: str, email: str, password: str) -> tuple[bool, list[MemberRow]]:
    """Whether these open a session, and everybody who works there."""

    async def look() -> tuple[bool, list[MemberRow]]:
        db = await open_database(url)
        ctx = context(make_shop(db, StillClock()), NOWHERE)
        try:
            await sign_in(ctx, SignIn(email=email, password=password, address="192.0.2.1"))
        except WrongSignIn:
            return False, await staff_members(db, size=9)
        else:
            return True, await staff_members(db, size=9)
        finally:
            await db.close()

    return asyncio.run(look())


def test_a_person_enrolled_from_the_command_line_can_sign_in_until_sent_away(shop_url: str) -> None:
    password = run(shop_url, "add", "Ada@shop.test", "--name", "Ada").split()[-1]
    drawn = run(shop_url, "add", "bea@shop.test", "--name", "Bea", "--can", "orders.read", "--draw").split()[-1]
    assert len(password) > 20 and drawn != password
    ok, (ada, bea) = signs_in(shop_url, "ada@shop.test", password)
    assert ok and ada.permissions == sorted(CORE_PERMISSIONS) and bea.permissions == ["orders.read"]
    assert "Ada" in run(shop_url, "list")
    assert "Nobody works here" in run(shop_url, "deactivate", "nobody@shop.test", code=1)
    assert "Nobody would be left" in run(shop_url, "deactivate", "ADA@shop.test", code=1)
    run(shop_url, "deactivate", "bea@shop.test")
    assert not signs_in(shop_url, "bea@shop.test", drawn)[0]
    assert "already" in run(shop_url, "add", "ada@shop.test", "--name", "Ada", code=1)
