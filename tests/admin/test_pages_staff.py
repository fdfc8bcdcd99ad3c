"""Staff, tokens, account and audit trail as a person uses them: by forms alone, without scripts."""

import re
from collections.abc import AsyncIterator

import pytest
from argon2 import PasswordHasher
from tests.support.managers import Manager, admin_app, enrolled, signed_in

from vetrina.flows.staff.sessions import open_session
from vetrina.flows.staff.tokens import authenticate
from vetrina.kernel import crypto
from vetrina.kernel.context import Context
from vetrina.plugin import Site
from vetrina.views.staff_members import staff_member, staff_members

pytestmark = pytest.mark.embedded


@pytest.fixture(autouse=True)
def cheap_passwords(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(crypto, "_HASHER", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))


@pytest.fixture
async def mara(ctx: Context, site: Site) -> AsyncIterator[Manager]:
    manager = await signed_in(ctx, site)
    yield manager
    await manager.client.aclose()


def secret_on(manager: Manager) -> str:
    found = re.search(r'id="secret">([^<]+)<', manager.page.html)
    assert found, manager.page.words
    return found[1].strip()


async def test_a_person_is_enrolled_signs_in_and_is_sent_away(ctx: Context, site: Site, mara: Manager) -> None:
    await mara.open("/admin/staff/new")
    await mara.send("/admin/staff", name="Piero <b>", email="piero", permissions=[])
    assert mara.answer.status_code == 422 and mara.page.wrong == ["email"]
    assert mara.page.form("/admin/staff").fields["name"] == "Piero <b>"
    await mara.send("/admin/staff", email="piero@shop.test", permissions=[])
    assert "Choose at least one permission." in mara.page.words
    await mara.send("/admin/staff", permissions=["orders.read", "staff.read"])
    password = secret_on(mara)
    assert mara.answer.headers["cache-control"] == "no-store"
    piero_id = max(member.id for member in await staff_members(ctx.db, size=9))

    piero = Manager(admin_app(site))
    await piero.open("/admin/staff")
    await piero.send("/sign-in", email="piero@shop.test", password=password)
    assert piero.where == "/admin/staff" and "Add a person" not in piero.page.words
    await piero.open(f"/admin/staff/{mara.member_id}")
    assert not any(
        form.action.startswith(f"/admin/staff/{mara.member_id}") for form in piero.page.forms if form.buttons
    )

    here = f"/admin/staff/{piero_id}"
    await mara.open(here)
    await mara.send(here, name="Piero", permissions=["orders.read", "orders.write"])
    assert "Piero has been saved." in mara.page.words
    member = await staff_member(ctx.db, piero_id)
    assert member is not None and member.permissions == ["orders.read", "orders.write"]
    await mara.send(f"{here}/password")
    assert secret_on(mara) != password
    await piero.open("/admin")
    assert piero.where == "/admin/sign-in"
    await mara.open(here)
    await mara.send(f"{here}/active")
    assert "Piero has been deactivated." in mara.page.words and "Works here no more" in mara.page.words
    await mara.send(f"{here}/active")
    assert "Piero can sign in again." in mara.page.words
    await mara.open("/admin/trail")
    for action in ("Added a person", "Changed a person", "Gave somebody a new password"):
        assert action in mara.page.words
    await piero.client.aclose()


async def test_nobody_takes_his_own_access_or_grants_what_he_lacks(ctx: Context, site: Site) -> None:
    mara = await signed_in(ctx, site, "staff.read", "staff.write")
    owner = await enrolled(ctx, email="owner@shop.test")
    here = f"/admin/staff/{mara.member_id}"
    await mara.open(here)
    await mara.send(here, permissions=["staff.read"])
    assert mara.answer.status_code == 422 and "cannot take your own access" in mara.page.words
    form = mara.page.form(here)
    assert "disabled" in mara.page.html and set(form.boxes["permissions"]) > {"orders.read", "staff.write"}
    fields = form.fields | {"name": "Mara", "permissions": ["staff.read", "staff.write", "orders.read"]}
    await mara.post(here, fields)  # the box is closed; somebody sends it all the same
    assert "You cannot grant orders.read" in mara.page.words
    await mara.post(f"{here}/active", {"csrf_token": form.fields["csrf_token"], "is_active": "false"})
    assert "cannot take your own access" in mara.page.words
    for way in ("password", "active"):
        await mara.post(f"/admin/staff/{owner}/{way}", {"csrf_token": form.fields["csrf_token"]})
        assert "You cannot change this person" in mara.page.words
    await mara.client.aclose()


async def test_a_token_shows_its_secret_once_and_is_revoked(ctx: Context, mara: Manager) -> None:
    await mara.open("/admin/tokens/new")
    await mara.send("/admin/tokens", name="", permissions=["stock.read"])
    assert mara.answer.status_code == 422 and mara.page.wrong == ["name"]
    await mara.send("/admin/tokens", name="ERP", days="30")
    secret = secret_on(mara)
    actor = await authenticate(ctx.shop, secret)
    assert actor is not None and actor.permissions == {"stock.read"}
    await mara.open("/admin/tokens")
    assert "Issued by Mara Neri" in mara.page.words and actor.id == mara.member_id
    assert "ERP" in mara.page.words and secret not in mara.page.html and "Valid until" in mara.page.words
    await mara.send("/revoke")
    assert "The token has been revoked." in mara.page.words
    assert await authenticate(ctx.shop, secret) is None


async def test_ones_own_password_and_sessions(ctx: Context, site: Site, mara: Manager) -> None:
    for _ in range(2):
        await open_session(ctx, mara.member_id, "192.0.2.1")
    await mara.open("/admin/account")
    await mara.send("/account/sessions")
    assert "The session has ended." in mara.page.words
    await mara.send("/sessions/others")
    assert "1 session has ended." in mara.page.words
    await mara.send("/account/password", current="wrong", password="a much better one")
    assert mara.answer.status_code == 422 and mara.page.wrong == ["current"]
    await mara.send("/account/password", current="wrong", password="short")
    assert mara.page.wrong == ["password"]
    await mara.send("/account/language", "language=it")
    assert "Il tuo account" in mara.page.words and "/sessions/others" not in mara.page.html
    await mara.post("/admin/account/sessions", {"csrf_token": mara.page.forms[0].fields["csrf_token"], "session": "x"})
    assert mara.answer.status_code == 403
