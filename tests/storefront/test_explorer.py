"""The explorer is one page from here alone; without its files it says how to build them."""

import json
import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from litestar import Litestar

from vetrina.kernel.context import Context
from vetrina.kernel.log import draw_trail
from vetrina.kernel.settings import Settings
from vetrina.plugin.site import Markets, Site
from vetrina_storefront import explorer
from vetrina_storefront.door import routes
from vetrina_storefront.explorer import BUILT_FILES, OWN_FILES, explorer_page, is_built

pytestmark = pytest.mark.embedded

PROJECT = Path(explorer.__file__).parents[2]


@pytest.fixture
def built(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """What npm brings, made up."""
    for name in BUILT_FILES:
        (tmp_path / name).write_text(f"/* {name} */")
    monkeypatch.setattr(explorer, "BUILT", tmp_path)
    return tmp_path


@pytest.fixture
async def client(ctx: Context, built: Path) -> AsyncIterator[httpx.AsyncClient]:
    async with _client(ctx, explorer=True) as opened:
        yield opened


def _client(ctx: Context, **settings: Any) -> httpx.AsyncClient:
    site = Site(
        shop=ctx.shop,
        markets=Markets(ctx.db),
        settings=Settings(**settings),
        graphql=(),
        permissions={},
        draw_trail=draw_trail,
    )
    app: Any = Litestar(route_handlers=routes(site), openapi_config=None, logging_config=None)
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://shop.test")


async def test_a_browser_is_shown_the_explorer_where_the_api_is(client: httpx.AsyncClient) -> None:
    for path in ("/graphql", "/api/2026-04/graphql.json"):
        page = await client.get(path, headers={"accept": "text/html"})
        assert page.status_code == 200 and page.headers["content-type"].startswith("text/html")
        assert 'id="explorer"' in page.text


async def test_everything_the_page_loads_is_served_from_here_and_kept(client: httpx.AsyncClient) -> None:
    page = (await client.get("/graphql", headers={"accept": "text/html"})).text
    addresses = re.findall(r'(?:src|href)="([^"]+)"', page)
    loaded = [address for address in addresses if address != "data:,"]
    assert len(loaded) == len(BUILT_FILES) + len(OWN_FILES)
    for address in loaded:
        assert re.fullmatch(r"/explorer/static/[a-z.-]+\?[0-9a-f]{12}", address)
        answer = await client.get(address)
        assert answer.status_code == 200
        assert answer.headers["content-type"].startswith("text/css" if ".css" in address else "text/javascript")
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert "immutable" in answer.headers["cache-control"]


async def test_the_page_runs_only_our_own_scripts(client: httpx.AsyncClient) -> None:
    page = (await client.get("/graphql", headers={"accept": "text/html"})).text
    assert "script-src 'self';" in page and "connect-src 'self'" in page and "default-src 'none'" in page
    assert re.findall(r"<script(?![^>]* src=)", page) == []
    assert not re.search(r"\son\w+=", page)


@pytest.mark.parametrize("name", ["nothing.js", "..%2F__init__.py", "__init__.py", "page.html", "%2Fetc%2Fpasswd"])
async def test_no_other_file_is_served(client: httpx.AsyncClient, name: str) -> None:
    assert (await client.get(f"/explorer/static/{name}")).status_code == 404


async def test_switched_off_there_is_no_explorer(ctx: Context, built: Path) -> None:
    async with _client(ctx, explorer=False) as client:
        assert (await client.get("/graphql", headers={"accept": "text/html"})).status_code == 405
        assert (await client.get("/explorer/static/start.js")).status_code == 404


def test_without_its_files_the_page_says_how_to_build_them(built: Path) -> None:
    assert is_built()
    (built / "graphiql.js").unlink()
    assert not is_built()
    page = explorer_page().decode()
    assert "python -m vetrina.house assets" in page and "<script" not in page


def test_the_lock_names_no_registry_and_pins_every_package_by_its_digest() -> None:
    lock = json.loads((PROJECT / "package-lock.json").read_text())
    packages = {name: package for name, package in lock["packages"].items() if name}
    assert packages and all("resolved" not in package for package in packages.values())
    assert all(package["integrity"].startswith("sha512-") for package in packages.values())
    assert "http" not in (PROJECT / ".npmrc").read_text()


def test_the_first_documents_are_questions_this_api_answers() -> None:
    from graphql import build_schema, parse, validate

    from vetrina_storefront.schema import compose_storefront

    schema = build_schema(compose_storefront().as_str())
    documents = re.findall(r"= `([^`]+)`;", (explorer.OWN / "start.js").read_text())
    assert len(documents) == 2
    for document in documents:
        assert validate(schema, parse(document)) == []
