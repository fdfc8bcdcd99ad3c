"""The frame around every page."""

import pytest
from tests.support.managers import signed_in

from vetrina.kernel.context import Context
from vetrina.plugin import Site

pytestmark = pytest.mark.embedded


async def test_home(ctx: Context, site: Site) -> None:
    mara = await signed_in(ctx, site)
    page = await mara.open("/admin")
    assert mara.answer.status_code == 200, page.html
    assert "Hello, Mara" in page.words
    await mara.open("/admin/nothing/here")
    assert mara.answer.status_code == 404
    page = await mara.open("/admin/")
    await mara.send("/account/language", "language=it")
    assert "Ciao, Mara" in mara.page.words
    await mara.send("/sign-out")
    assert mara.where == "/admin/sign-in" and "Sei uscito." in mara.page.words
    answer = await mara.client.post("/admin/graphql", json={}, headers={"accept": "application/json"})
    assert answer.status_code == 401
